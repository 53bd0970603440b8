import { describe, expect, it } from "vitest";
import type { Session, Standing } from "../api/types";
import { readView, viewed, writeView, type View } from "./view";

const EVERYTHING = readView(new URLSearchParams());

function session(part: Partial<Session>): Session {
  return {
    id: 1,
    tenant_id: 1,
    provider_connection_id: 101,
    status: "in_progress",
    current_step: 3,
    assigned_to_user_id: null,
    locked_by_user_id: null,
    locked_until: null,
    version: 1,
    created_at: "2026-11-01T08:00:00Z",
    updated_at: "2026-11-01T08:00:00Z",
    closed_at: null,
    completion: null,
    note: null,
    waiting_until: null,
    ...part,
  };
}

function standing(name: string, part: Partial<Standing> = {}): Standing {
  return {
    tenant: { id: 1, name },
    role: "operator",
    session: session({}),
    last_completed: null,
    acts_next: "us",
    because: [],
    active_runs: [],
    credential_expires_at: null,
    drifted: false,
    ...part,
  };
}

function names(standings: Standing[], view: Partial<View>, me: number | null = 3): string[] {
  return viewed(standings, { ...EVERYTHING, ...view }, me, (each) => each.tenant.name).map((each) => each.tenant.name);
}

describe("the view of My tenants", () => {
  it("is in the URL whole, and comes out of it as it went in", () => {
    const view: View = { text: "conto", acts: "customer", place: "completed", assigned: "me", order: "credential", descending: true };

    const read = readView(writeView(view));

    expect(read).toEqual(view);
  });

  it("writes nothing of what is shown without being asked", () => {
    expect(writeView(EVERYTHING).toString()).toBe("");
  });

  it("takes what the URL cannot mean for not said", () => {
    const read = readView(new URLSearchParams("acts=them&step=9&sort=colour&assigned=all"));

    expect(read).toEqual(EVERYTHING);
  });

  it("puts first what we can do something about, and of that what has lain longest", () => {
    const standings = [
      standing("waits for Microsoft", { acts_next: "microsoft" }),
      standing("is not under way", { session: null, acts_next: "nobody" }),
      standing("lay a day", { session: session({ updated_at: "2026-11-02T08:00:00Z" }) }),
      standing("lay two days", { session: session({ updated_at: "2026-11-01T08:00:00Z" }) }),
      standing("waits for the customer", { acts_next: "customer" }),
    ];

    expect(names(standings, {})).toEqual([
      "lay two days",
      "lay a day",
      "waits for the customer",
      "waits for Microsoft",
      "is not under way",
    ]);
  });

  it("puts last what has no end, when it is ordered by ends, whichever way", () => {
    const standings = [
      standing("none"),
      standing("later", { credential_expires_at: "2027-01-01T00:00:00Z" }),
      standing("sooner", { credential_expires_at: "2026-12-01T00:00:00Z" }),
    ];

    expect(names(standings, { order: "credential" })).toEqual(["sooner", "later", "none"]);
    expect(names(standings, { order: "credential", descending: true })).toEqual(["later", "sooner", "none"]);
  });

  const LAST = { session_id: 7, at: "2026-11-05T08:00:00Z", by_user_id: 2 };
  const everywhere = () => [
    standing("completed", { session: null, last_completed: LAST, acts_next: "nobody" }),
    standing("never begun", { session: null, acts_next: "nobody" }),
    standing("begun again", { session: session({ current_step: 2 }), last_completed: LAST }),
  ];

  it("tells a tenant that is completed from one that was never begun", () => {
    expect(names(everywhere(), { place: "completed" })).toEqual(["completed"]);
    expect(names(everywhere(), { place: "none" })).toEqual(["never begun"]);
    expect(names(everywhere(), { place: 2 })).toEqual(["begun again"]);
  });

  it("puts what is completed behind the last step, and what was never begun before the first", () => {
    expect(names(everywhere(), { order: "step" })).toEqual(["never begun", "begun again", "completed"]);
  });

  it("still shows at an address that was sent before what it showed then", () => {
    expect(readView(new URLSearchParams("step=0")).place).toBe("none");
  });

  it("finds every word, wherever it stands", () => {
    const standings = [standing("Contoso East"), standing("Contoso West"), standing("Fabrikam East")];

    expect(names(standings, { text: "EAST cont" })).toEqual(["Contoso East"]);
  });

  it("tells apart what is mine, another's and nobody's", () => {
    const standings = [
      standing("mine", { session: session({ assigned_to_user_id: 3 }) }),
      standing("another's", { session: session({ assigned_to_user_id: 5 }) }),
      standing("nobody's"),
    ];

    expect(names(standings, { assigned: "me" })).toEqual(["mine"]);
    expect(names(standings, { assigned: "others" })).toEqual(["another's"]);
    expect(names(standings, { assigned: "nobody" })).toEqual(["nobody's"]);
  });

  it("has nothing that is mine for somebody whose id is not known", () => {
    expect(names([standing("nobody's")], { assigned: "me" }, null)).toEqual([]);
  });
});
