import { useSession } from "../api/queries";
import { Together } from "../together/Together";
import { NoSession } from "./NoSession";
import { StepWizard } from "./StepWizard";

/** The onboarding of one tenant: its open session, or what there is to do without one. */
export default function OnboardingPage({ tenantId, name }: { tenantId: number; name: string }) {
  const { data } = useSession(tenantId);
  if (!data) return null;
  const { value: session, etag } = data;
  if (session === null) return <NoSession tenantId={tenantId} name={name} />;
  return (
    <Together key={session.id} tenantId={tenantId} session={session} etag={etag}>
      <StepWizard />
    </Together>
  );
}
