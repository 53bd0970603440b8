import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { t } from "../text/translate";

const SLOW = 5_000;

interface Props {
  retry?: (() => void) | undefined;
  /** What is loading, where nothing else on the page says so. */
  title?: string | undefined;
}

/** Something is on its way; after a while it says that this takes longer than it should. */
export function Loading({ retry, title }: Props) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSlow(true);
    }, SLOW);
    return () => {
      clearTimeout(timer);
    };
  }, []);

  return (
    <Box textAlign="center" padding={{ vertical: "xxxl" }}>
      {title !== undefined && <h1 className="unseen">{title}</h1>}
      <div role="status">
        <SpaceBetween size="s" alignItems="center">
          <Box color="text-status-inactive">
            <Spinner size="big" />
          </Box>
          <Box>{slow ? t("loading.slow") : t("loading")}</Box>
          {slow && retry && <Button onClick={retry}>{t("retry")}</Button>}
        </SpaceBetween>
      </div>
    </Box>
  );
}
