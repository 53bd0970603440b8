/** Links that stay within the page: they look and behave as links, and load nothing anew. */

import Link, { type LinkProps } from "@cloudscape-design/components/link";
import { useCallback } from "react";
import { useLocation } from "wouter";

interface Followed {
  preventDefault(): void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** Where the page lies at its origin, without a slash at the end. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

/** Writes in full where *to* is, which is a path within the page. */
export function hrefOf(to: string): string {
  return BASE + to;
}

/** Handles `onFollow` of whatever shows links of ours, whose `href` is written in full. */
export function useFollow(): (event: Followed) => void {
  const [, navigate] = useLocation();
  return useCallback(
    (event) => {
      const { href, external } = event.detail;
      if (external || !href?.startsWith(BASE)) return;
      event.preventDefault();
      navigate(href.slice(BASE.length) || "/");
    },
    [navigate],
  );
}

export function PageLink({ to, ...rest }: { to: string } & Omit<LinkProps, "href" | "onFollow">) {
  const follow = useFollow();
  return <Link {...rest} href={hrefOf(to)} onFollow={follow} />;
}
