import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SignedOut } from "../api/problems";
import { t } from "../text/translate";
import { Loading } from "./Loading";
import { Refused, Said } from "./Refused";

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface Props<T> {
  asked: Asked<T>;
  /** What the page is, for as long as there is nothing to say so. */
  title?: string;
  children: (data: T) => ReactNode;
}

/** Shows *children* once there is something to show; what came before stays, and says so, when asking again fails. */
export function Awaited<T>({ asked, title, children }: Props<T>) {
  const client = useQueryClient();

  async function again(): Promise<void> {
    // Asking again would only go on waiting for a first answer that does not come.
    if (asked.data === undefined) await client.cancelQueries({ predicate: ({ state }) => state.data === undefined });
    await asked.refetch();
  }

  const retry = () => void again();
  if (asked.data === undefined) {
    return asked.error ? <Refused error={asked.error} retry={retry} /> : <Loading retry={retry} title={title} />;
  }
  return (
    <>
      {asked.error && !(asked.error instanceof SignedOut) ? (
        <div role="status">
          <Alert type="warning" header={t("outdated.title")} action={<Button onClick={retry}>{t("retry")}</Button>}>
            <Said error={asked.error} />
          </Alert>
        </div>
      ) : null}
      {children(asked.data)}
    </>
  );
}
