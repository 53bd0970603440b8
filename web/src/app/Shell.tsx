import Alert from "@cloudscape-design/components/alert";
import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useIdentity } from "../signin/who";
import { t } from "../text/translate";
import { Announcer } from "./announcer";
import { APPEARANCES, choose, useAppearance } from "./appearance";
import { hrefOf, useClick } from "./following";
import { useOnline } from "./online";

/** What is around every page: where one is, who one is, and whether there is a network. */
export function Shell({ children }: { children: ReactNode }) {
  const online = useOnline();
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const shown = useRef(path);

  // As when a page loads: whoever reads with the keyboard begins at its start. Not at the first page, which did load.
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);

  return (
    <>
      <a className="skip" href="#main">
        {t("app.skip")}
      </a>
      <Top />
      <div className="notices" role="status">
        {!online && (
          <Alert type="warning" header={t("offline.title")}>
            {t("offline.text")}
          </Alert>
        )}
      </div>
      <main className="page" id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Announcer />
    </>
  );
}

/** The design system's own bar brings menus along that the first view would wait for; this has plain buttons. */
function Top() {
  const identity = useIdentity();
  const goHome = useClick("/");
  const appearance = useAppearance();
  const next = APPEARANCES[(APPEARANCES.indexOf(appearance) + 1) % APPEARANCES.length] ?? "system";

  return (
    <header className="top">
      <a
        className="top-name"
        href={hrefOf("/")}
        onClick={goHome}
      >
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <rect width="32" height="32" rx="7" fill="#0972d3" />
          <path d="M8 16.5l5.2 5.2L24 11" fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
        </svg>
        {t("app.name")}
      </a>
      <button
        type="button"
        className="top-button"
        title={t("appearance.change", { next: t(`appearance.${next}`) })}
        aria-label={t("appearance.label", { now: t(`appearance.${appearance}`) })}
        onClick={() => {
          choose(next);
        }}
      >
        <span aria-hidden="true">◐</span> <span className="top-wide">{t(`appearance.${appearance}`)}</span>
      </button>
      <span className="top-user">{identity.name === null
          ? t("user.named", { id: identity.userId ?? "–" })
          : t("user.called", { name: identity.name, id: identity.userId ?? "–" })}</span>
      <button type="button" className="top-button" onClick={() => void identity.signOut()}>
        {t("signout.button")}
      </button>
    </header>
  );
}
