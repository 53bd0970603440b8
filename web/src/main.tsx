import "@cloudscape-design/global-styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { calls } from "./api/calls";
import { fetching } from "./api/client";
import { queryClient } from "./api/polling";
import { ApiContext } from "./api/queries";
import { App } from "./app/App";
import { beginShowing } from "./app/appearance";
import { BASE } from "./app/following";
import "./app/page.css";
import { readConfig } from "./signin/config";
import { Identity } from "./signin/identity";
import { IdentityContext } from "./signin/who";
import { t } from "./text/translate";

async function begin(root: HTMLElement): Promise<void> {
  beginShowing();
  const identity = new Identity(await readConfig());
  const client = queryClient();
  const api = calls(fetching(identity));
  // What one user saw is none of the next one's business.
  identity.subscribe(() => {
    if (identity.userId === null && !identity.isLost) client.clear();
  });
  createRoot(root).render(
    <StrictMode>
      <IdentityContext value={identity}>
        <ApiContext value={api}>
          <QueryClientProvider client={client}>
            <Router base={BASE}>
              <App />
            </Router>
          </QueryClientProvider>
        </ApiContext>
      </IdentityContext>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root) {
  begin(root).catch(() => {
    root.innerHTML = "";
    const words = document.createElement("p");
    words.className = "first-words";
    words.setAttribute("role", "alert");
    words.textContent = t("start.failed");
    root.append(words);
  });
}
