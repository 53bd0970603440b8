/** Links that stay within the page: they look and behave as links, and load nothing anew. */

import Link, { type LinkProps } from "@cloudscape-design/components/link";
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

interface Followed {
  preventDefault(): void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** Where the page lies at its origin, without a slash at the end: API Gateway has no route that ends in one. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

/** Writes in full where *to* is, which is a path within the page. */
export function hrefOf(to: string): string {
  return BASE + within(to);
}

function within(to: string): string {
  return to.replace(/^\/(?=$|\?)/, "");
}

/** Goes to a path within the page. */
export function useGo(): (to: string, how?: { replace: boolean }) => void {
  const [, navigate] = useLocation();
  return useCallback(
    (to, how) => {
      navigate(within(to), how);
    },
    [navigate],
  );
}

/** What the URL asks for, and how to ask for something else at the same path. */
export function useQuery(): [URLSearchParams, (next: URLSearchParams, how?: { replace: boolean }) => void] {
  const [path] = useLocation();
  const search = useSearch();
  const go = useGo();
  const query = useMemo(() => new URLSearchParams(search), [search]);
  const ask = useCallback(
    (next: URLSearchParams, how?: { replace: boolean }) => {
      const written = next.toString();
      go(written ? `${path}?${written}` : path, how);
    },
    [go, path],
  );
  return [query, ask];
}

/** Handles `onFollow` of whatever shows links of ours, whose `href` is written in full. */
export function useFollow(): (event: Followed) => void {
  const go = useGo();
  return useCallback(
    (event) => {
      const { href, external } = event.detail;
      if (external || !href?.startsWith(BASE)) return;
      event.preventDefault();
      go(href.slice(BASE.length) || "/");
    },
    [go],
  );
}

/** Handles a click on a plain link of ours; one with a modifier is the browser's, which opens a tab or a window. */
export function useClick(to: string): (event: React.MouseEvent) => void {
  const go = useGo();
  return (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
}

export function PageLink({ to, ...rest }: { to: string } & Omit<LinkProps, "href" | "onFollow">) {
  const follow = useFollow();
  return <Link {...rest} href={hrefOf(to)} onFollow={follow} />;
}
