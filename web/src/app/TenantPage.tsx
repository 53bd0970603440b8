import { lazy, Suspense } from "react";
import { useSession, useStanding } from "../api/queries";
import { Awaited } from "../states/Awaited";
import { Loading } from "../states/Loading";
import { Missing } from "../states/Refused";
import { t } from "../text/translate";
import { hrefOf, PageLink, useClick } from "./following";
import "./tenant.css";
import { useTitle } from "./title";

const OnboardingPage = lazy(() => import("../wizard/OnboardingPage"));
const EvidencePage = lazy(() => import("../evidence/EvidencePage"));
const ReportPage = lazy(() => import("../report/ReportPage"));

const SECTIONS = { onboarding: OnboardingPage, evidence: EvidencePage, report: ReportPage } as const;
type Section = keyof typeof SECTIONS;

const ID = /^[1-9][0-9]{0,15}$/;

/** Everything of one tenant: who it is, and its sections. */
export default function TenantPage({ id, section = "onboarding" }: { id: string; section?: string | undefined }) {
  if (!ID.test(id) || !(section in SECTIONS)) return <Missing />;
  return <Tenant tenantId={Number(id)} section={section as Section} />;
}

function Tenant({ tenantId, section }: { tenantId: number; section: Section }) {
  const asked = useSession(tenantId);
  const name = useStanding(tenantId)?.tenant.name ?? t("tenant.unnamed", { id: tenantId });
  const Shown = SECTIONS[section];
  useTitle(section === "onboarding" ? name : `${name}, ${t(`tenant.${section}`)}`);

  return (
    <>
      <nav className="crumbs" aria-label={t("tenant.crumbs")}>
        <PageLink to="/" fontSize="body-s">
          {t("queue.title")}
        </PageLink>
        <span aria-hidden="true">›</span>
        <span aria-current="page">{name}</span>
      </nav>
      <Awaited asked={asked} title={name}>
        {() => (
          <>
            <div className="tenant-head">
              <h1>{name}</h1>
              <Sections tenantId={tenantId} shown={section} />
            </div>
            <Suspense fallback={<Loading />}>
              <Shown tenantId={tenantId} name={name} />
            </Suspense>
          </>
        )}
      </Awaited>
    </>
  );
}

function Sections({ tenantId, shown }: { tenantId: number; shown: Section }) {
  return (
    <nav className="sections" aria-label={t("tenant.sections")}>
      {(Object.keys(SECTIONS) as Section[]).map((each) => (
        <SectionLink key={each} tenantId={tenantId} section={each} isShown={each === shown} />
      ))}
    </nav>
  );
}

function SectionLink({ tenantId, section, isShown }: { tenantId: number; section: Section; isShown: boolean }) {
  const to = `/tenants/${tenantId}${section === "onboarding" ? "" : `/${section}`}`;
  const go = useClick(to);
  return (
    <a href={hrefOf(to)} aria-current={isShown ? "page" : undefined} onClick={go}>
      {t(`tenant.${section}`)}
    </a>
  );
}
