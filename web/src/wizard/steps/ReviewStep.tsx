import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Scrolled } from "../../app/Scrolled";
import type { TaskSummary } from "../../api/types";
import { Moment } from "../../text/Moment";
import { named, t } from "../../text/translate";
import { INDICATOR, needsAttention, warningsOf } from "../finding";
import { TaskCard } from "../TaskCard";

interface Props {
  tasks: TaskSummary[];
  accepted: boolean;
  accept: (accepted: boolean) => void;
}

/** Everything that is not as it should be first, with what to do about it; then what is good. */
export function ReviewStep({ tasks, accepted, accept }: Props) {
  const open = tasks.filter((task) => needsAttention(task) || task.active_run_id !== null);
  const good = tasks.filter((task) => !open.includes(task));
  return (
    <SpaceBetween size="l">
      {open.length === 0 ? (
        <Alert type="success" header={t("review.allok")}>
          {t("review.allok.text")}
        </Alert>
      ) : (
        <SpaceBetween size="m">
          <Header variant="h2" counter={`(${open.length})`}>
            {t("review.notok")}
          </Header>
          <div className="cards">
            {open.map((task) => (
              <TaskCard key={task.task_type} task={task} />
            ))}
          </div>
        </SpaceBetween>
      )}
      {warningsOf(tasks) !== "" && (
        <Container>
          <Checkbox
            checked={accepted}
            onChange={({ detail }) => {
              accept(detail.checked);
            }}
          >
            {t("review.accept")}
          </Checkbox>
        </Container>
      )}
      {good.length > 0 && (
        <Container
          header={
            <Header variant="h2" counter={`(${good.length})`}>
              {t("review.ok")}
            </Header>
          }
        >
          <Scrolled label={t("review.ok")}>
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{t("review.task")}</th>
                  <th scope="col">{t("review.status")}</th>
                  <th scope="col">{t("review.when")}</th>
                </tr>
              </thead>
              <tbody>
                {good.map((task) => (
                  <tr key={task.task_type}>
                    <th scope="row">{named("task", task.task_type)}</th>
                    <td>
                      <StatusIndicator type={INDICATOR[task.status]}>{task.message ?? named("status", task.status)}</StatusIndicator>
                    </td>
                    <td>{task.recorded_at && <Moment at={task.recorded_at} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </Container>
      )}
    </SpaceBetween>
  );
}
