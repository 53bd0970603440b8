import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { t } from "../text/translate";

const SLOW = 5_000;

/** Something is on its way; after a while it says that this takes longer than it should. */
export function Loading({ retry }: { retry?: (() => void) | undefined }) {
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
