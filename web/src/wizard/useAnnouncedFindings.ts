import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../api/queries";
import type { TaskSummary } from "../api/types";
import { announce } from "../app/announcer";
import { named, t } from "../text/translate";

/** Says what a check found once it has ended, to who cannot see the card change. */
export function useAnnouncedFindings(tasks: TaskSummary[] | undefined): void {
  const client = useQueryClient();
  const before = useRef<TaskSummary[] | undefined>(undefined);
  useEffect(() => {
    const ended = tasks?.filter((task) => {
      const was = before.current?.find((each) => each.task_type === task.task_type);
      return was !== undefined && was.active_run_id !== null && task.active_run_id === null;
    });
    before.current = tasks;
    if (!ended?.length) return;
    // Who acts next follows from what was found.
    void client.invalidateQueries({ queryKey: keys.standings });
    announce(
      ended
        .map((task) => t("card.announced", { task: named("task", task.task_type), status: named("status", task.status) }))
        .join(". "),
    );
  }, [tasks, client]);
}
