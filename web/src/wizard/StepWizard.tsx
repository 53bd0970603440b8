import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { lazy, Suspense, useEffect, useState } from "react";
import { useGo, useQuery } from "../app/following";
import { isProblem, NotAllowed } from "../api/problems";
import { useTasks } from "../api/queries";
import type { Blocking, SessionEdit, Step } from "../api/types";
import { Awaited } from "../states/Awaited";
import { NotDone } from "../states/Refused";
import { named, t } from "../text/translate";
import { mayDecideForOthers, useEditing, whyNotEdit } from "../together/editing";
import { Blocked } from "./Blocked";
import { warningsOf } from "./finding";
import { ConnectionStep } from "./steps/ConnectionStep";
import { ConsentStep } from "./steps/ConsentStep";
import { ReviewStep } from "./steps/ReviewStep";
import { SyncStep } from "./steps/SyncStep";
import { VerificationStep } from "./steps/VerificationStep";
import { useAnnouncedFindings } from "./useAnnouncedFindings";
import "./wizard.css";

const AbandonDialog = lazy(() => import("./AbandonDialog"));

const STEPS: readonly Step[] = [1, 2, 3, 4, 5];
const REVIEW: Step = 5;

/** The five steps. It opens at the step that the session is at; looking back changes nothing for anybody. */
export function StepWizard() {
  const editing = useEditing();
  const { session, tenantId, edit } = editing;
  const tasks = useTasks(tenantId);
  const [query, setQuery] = useQuery();
  const leave = useGo();
  const [blocking, setBlocking] = useState<Blocking[] | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [acceptedWarnings, setAcceptedWarnings] = useState("");
  const [abandoning, setAbandoning] = useState(false);
  const [goingOn, setGoingOn] = useState(false);
  const current = session.current_step;
  const looked = Number(query.get("step"));
  // Never beyond where the session is: there, nothing is known to be good yet.
  const shown = STEPS.find((step) => step === looked && step < current) ?? current;
  const refused = whyNotEdit(editing);
  useAnnouncedFindings(tasks.data);

  useEffect(() => {
    setBlocking(null);
    setFailed(null);
  }, [shown, current]);

  function look(step: Step): void {
    setQuery(new URLSearchParams(step === current ? {} : { step: String(step) }));
  }

  async function change(wanted: SessionEdit): Promise<void> {
    setFailed(null);
    setBlocking(null);
    setGoingOn(true);
    try {
      // Who only looked back goes along; for everybody else the address stays, and where they have gone to since.
      if ((await edit(wanted)) !== null && query.has("step")) setQuery(new URLSearchParams(), { replace: true });
    } catch (error) {
      if (isProblem(error, "step_prerequisites_unmet")) setBlocking(error.fields.blocking ?? []);
      else setFailed(error);
    } finally {
      setGoingOn(false);
    }
  }

  function go(step: Step): void {
    if (step <= current) {
      look(step);
      return;
    }
    if (refused !== null) setFailed(new NotAllowed(refused));
    else void change({ current_step: step });
  }

  const warnings = warningsOf(tasks.data ?? []);
  // Others than those that were accepted have yet to be.
  const accepted = acceptedWarnings === warnings;

  function complete(): void {
    if (refused !== null) setFailed(new NotAllowed(refused));
    else if (!accepted) setFailed(new NotAllowed(t("review.accept.first")));
    else void change({ status: "completed" });
  }

  function content(step: Step) {
    return (
      <SpaceBetween size="l">
        {shown !== current && (
          <Alert
            type="info"
            action={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  onClick={() => {
                    look(current);
                  }}
                >
                  {t("wizard.elsewhere.go", { step: current })}
                </Button>
                <Button
                  disabled={refused !== null}
                  disabledReason={refused ?? ""}
                  onClick={() => void change({ current_step: shown })}
                >
                  {t("wizard.elsewhere.back")}
                </Button>
              </SpaceBetween>
            }
          >
            {t("wizard.elsewhere", { step: current })}
          </Alert>
        )}
        {blocking && <Blocked blocking={blocking} completing={current === REVIEW} />}
        <NotDone
          error={failed}
          onDismiss={() => {
            setFailed(null);
          }}
        />
        {step === 1 && <ConnectionStep />}
        {step !== 1 && (
          <Awaited asked={tasks}>
            {(data) => (
              <>
                {step === 2 && <ConsentStep tasks={data} />}
                {step === 3 && <VerificationStep tasks={data} />}
                {step === 4 && <SyncStep tasks={data} />}
                {step === 5 && (
                  <ReviewStep
                    tasks={data}
                    accepted={accepted}
                    accept={(on) => {
                      setAcceptedWarnings(on ? warnings : "");
                    }}
                  />
                )}
              </>
            )}
          </Awaited>
        )}
      </SpaceBetween>
    );
  }

  const mayAbandon = mayDecideForOthers(editing) && refused === null;
  return (
    <div className="wizard">
      <Wizard
        activeStepIndex={shown - 1}
        isLoadingNextStep={goingOn}
        steps={STEPS.map((step) => ({
          title: named("step", String(step)),
          description: t(`step.${step}.about`),
          content: step === shown ? content(step) : null,
        }))}
        submitButtonText={t("wizard.complete")}
        secondaryActions={
          <Button
            variant="link"
            disabled={!mayAbandon}
            disabledReason={refused ?? t("review.abandon.not")}
            onClick={() => {
              setAbandoning(true);
            }}
          >
            {t("review.abandon")}
          </Button>
        }
        i18nStrings={{
          stepNumberLabel: (n) => t("wizard.step", { n }),
          collapsedStepsLabel: (n, all) => t("wizard.collapsed", { n, all }),
          skipToButtonLabel: (step) => t("wizard.skipto", { step: step.title }),
          navigationAriaLabel: t("wizard.steps"),
          cancelButton: t("wizard.leave"),
          previousButton: t("wizard.previous"),
          nextButton: t("wizard.next"),
          optional: t("wizard.optional"),
          errorIconAriaLabel: t("wizard.error"),
          nextButtonLoadingAnnouncement: t("wizard.going"),
          submitButtonLoadingAnnouncement: t("wizard.completing"),
        }}
        onCancel={() => {
          leave("/");
        }}
        onNavigate={({ detail }) => {
          go((detail.requestedStepIndex + 1) as Step);
        }}
        onSubmit={complete}
      />
      {abandoning && (
        <Suspense>
          <AbandonDialog
            close={() => {
              setAbandoning(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
