import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Component, type ReactNode } from "react";
import { t } from "../text/translate";

interface Props {
  /** Where one is: whoever leaves what broke has left it behind. */
  at: string;
  children: ReactNode;
}

/** A part that broke, or could not be fetched since another version was deployed, says so instead of leaving nothing. */
export class Boundary extends Component<Props, { broke: boolean }> {
  override state = { broke: false };

  static getDerivedStateFromError(): { broke: boolean } {
    return { broke: true };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.broke && before.at !== this.props.at) this.setState({ broke: false });
  }

  override render(): ReactNode {
    if (!this.state.broke) return this.props.children;
    return (
      <div role="alert">
        <Box textAlign="center" padding={{ vertical: "xxxl" }}>
          <SpaceBetween size="m" alignItems="center">
            <Box variant="h1">{t("broke.title")}</Box>
            <Box>{t("broke.text")}</Box>
            <Button
              onClick={() => {
                location.reload();
              }}
            >
              {t("broke.button")}
            </Button>
          </SpaceBetween>
        </Box>
      </div>
    );
  }
}
