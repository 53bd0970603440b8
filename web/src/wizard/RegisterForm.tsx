import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState, type FormEvent } from "react";
import { Problem } from "../api/problems";
import { useApi, useRegisterConnection } from "../api/queries";
import type { Connection, CredentialKind, Preflight } from "../api/types";
import { useDraft } from "../drafts/drafts";
import { NotDone } from "../states/Refused";
import { t } from "../text/translate";
import { useEditing } from "../together/editing";
import { detailsOf, freeId, GUID, untyped, withLooked, type Typed } from "./registering";

const KINDS: CredentialKind[] = ["client_secret", "certificate", "federation"];

/** Registers a connection: Microsoft says first whether there is such a tenant, before anything is asked of anybody. */
export default function RegisterForm({ connections }: { connections: Connection[] }) {
  const { tenantId } = useEditing();
  const api = useApi();
  const register = useRegisterConnection(tenantId);
  const [typed, keep, drop] = useDraft<Typed>(`connection.${tenantId}`, untyped);
  const [looking, setLooking] = useState(false);
  const [found, setFound] = useState<Preflight | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [lookFailed, setLookFailed] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const suggested = String(freeId(tenantId, connections));
  const kinds = KINDS.map((kind) => ({ value: kind, label: t(`credential.${kind}`) }));

  function type(part: Partial<Typed>): void {
    setDone(false);
    keep((now) => ({ ...now, ...part }));
  }

  async function look(): Promise<void> {
    setLooking(true);
    setLookFailed(null);
    setFound(null);
    const name = typed.customer.trim();
    try {
      const answer = await api.preflight(tenantId, name);
      let isAsked = false;
      keep((now) => {
        isAsked = now.customer.trim() === name;
        return isAsked ? withLooked(now, answer) : now;
      });
      // Of another name, typed in the meantime, the answer says nothing.
      if (isAsked) setFound(answer);
    } catch (error) {
      setLookFailed(error);
    } finally {
      setLooking(false);
    }
  }

  async function submit(): Promise<void> {
    setFailed(null);
    try {
      await register.mutateAsync({ id: Number(typed.id || suggested), details: detailsOf(typed) });
      drop();
      keep(untyped());
      setFound(null);
      setDone(true);
    } catch (error) {
      setFailed(error);
    }
  }

  /** What the API says of one field stands at that field. */
  function wrong(field: string): string {
    const errors = failed instanceof Problem ? (failed.fields.errors ?? []) : [];
    return errors
      .filter((each) => each.field === field)
      .map((each) => each.message)
      .join(" ");
  }

  const isKnown = typed.entra !== "";
  const badClient = typed.client !== "" && !GUID.test(typed.client.trim());
  const id = typed.id || suggested;
  const badId = !/^[1-9][0-9]{0,15}$/.test(id);

  return (
    <form
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (isKnown && !badClient && !badId) void submit();
        else if (!isKnown && typed.customer.trim()) void look();
      }}
    >
      <Form
        actions={
          <Button
            variant="primary"
            formAction="submit"
            loading={register.isPending}
            loadingText={t("register.registering")}
            disabled={!isKnown || badClient || badId || typed.client === ""}
            disabledReason={t("register.incomplete")}
          >
            {t("register.button")}
          </Button>
        }
      >
        <SpaceBetween size="m">
          <FormField
            label={t("register.tenant")}
            description={t("register.tenant.about")}
            errorText={wrong("entra_tenant_id")}
            secondaryControl={
              <Button
                formAction="none"
                loading={looking}
                loadingText={t("register.looking")}
                disabled={typed.customer.trim() === ""}
                onClick={() => void look()}
              >
                {t("register.look")}
              </Button>
            }
          >
            <Input
              value={typed.customer}
              placeholder="contoso.com"
              spellcheck={false}
              autoComplete={false}
              onChange={({ detail }) => {
                setFound(null);
                type({ customer: detail.value, entra: "" });
              }}
            />
          </FormField>
          <div role="status">
            <Found found={found} entra={typed.entra} />
          </div>
          <NotDone error={lookFailed} title={t("register.look.failed")} />
          <FormField
            label={t("register.client")}
            description={t("register.client.about")}
            errorText={badClient ? t("register.guid") : wrong("client_id")}
          >
            <Input
              value={typed.client}
              placeholder="00000000-0000-0000-0000-000000000000"
              spellcheck={false}
              autoComplete={false}
              onChange={({ detail }) => {
                type({ client: detail.value });
              }}
            />
          </FormField>
          <FormField label={t("register.domain")} description={t("register.domain.about")} errorText={wrong("expected_domain")}>
            <Input
              value={typed.domain}
              spellcheck={false}
              autoComplete={false}
              onChange={({ detail }) => {
                type({ domain: detail.value });
              }}
            />
          </FormField>
          <FormField label={t("register.kind")} errorText={wrong("credential_kind")}>
            <Select
              selectedOption={kinds.find((each) => each.value === typed.kind) ?? null}
              options={kinds}
              onChange={({ detail }) => {
                type({ kind: detail.selectedOption.value as CredentialKind });
              }}
            />
          </FormField>
          {typed.kind !== "federation" && (
            <FormField
              label={t(`register.arn.${typed.kind}`)}
              description={t("register.arn.about")}
              errorText={wrong("credential_arn")}
            >
              <Input
                value={typed.arn}
                placeholder={typed.kind === "certificate" ? "arn:aws:kms:…" : "arn:aws:secretsmanager:…:secret:tenant-onboarding/…"}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => {
                  type({ arn: detail.value });
                }}
              />
            </FormField>
          )}
          {typed.kind === "certificate" && (
            <FormField
              label={t("register.thumbprint")}
              description={t("register.thumbprint.about")}
              errorText={wrong("certificate_thumbprint")}
            >
              <Input
                value={typed.thumbprint}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => {
                  type({ thumbprint: detail.value });
                }}
              />
            </FormField>
          )}
          <FormField
            label={t("register.ends")}
            description={t("register.ends.about")}
            errorText={wrong("credential_expires_at")}
          >
            <DatePicker
              value={typed.ends}
              placeholder={t("register.date")}
              format="iso"
              onChange={({ detail }) => {
                type({ ends: detail.value });
              }}
              openCalendarAriaLabel={(chosen) => (chosen ? t("date.change", { day: chosen }) : t("date.choose"))}
              todayAriaLabel={t("date.today")}
              nextMonthAriaLabel={t("date.next")}
              previousMonthAriaLabel={t("date.previous")}
            />
          </FormField>
          <FormField label={t("register.id")} description={t("register.id.about")} errorText={badId ? t("register.id.bad") : ""}>
            <Input
              value={id}
              inputMode="numeric"
              onChange={({ detail }) => {
                type({ id: detail.value.trim() });
              }}
            />
          </FormField>
          <NotDone error={failed} title={t("register.failed")} />
          <div role="status">{done && <Alert type="success">{t("register.done")}</Alert>}</div>
        </SpaceBetween>
      </Form>
    </form>
  );
}

function Found({ found, entra }: { found: Preflight | null; entra: string }) {
  if (found === null) return entra === "" ? null : <StatusIndicator type="success">{entra}</StatusIndicator>;
  if (!found.exists) {
    return (
      <Alert type="error" header={t("register.missing")}>
        {t("register.missing.text")}
      </Alert>
    );
  }
  if (!found.reachable) {
    return (
      <Alert type="error" header={t("register.unreachable")}>
        {t("register.unreachable.text", { cloud: found.cloud_name ?? found.cloud ?? "–" })}
      </Alert>
    );
  }
  const where = [found.region, found.sub_region].filter(Boolean).join(", ") || (found.cloud_name ?? "–");
  return (
    <Alert type="success" header={t("register.found")}>
      {t("register.found.text", { id: found.entra_tenant_id ?? "–", where })}
    </Alert>
  );
}
