import { useEffect } from "react";
import { t } from "../text/translate";

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = t("app.title", { page: title });
  }, [title]);
}
