import { describe, expect, it } from "vitest";
import { idInUse } from "./inUse";
import type { Connection } from "./types";

const [first, second] = [{ id: 101 } as Connection, { id: 102 } as Connection];

describe("the connection in use", () => {
  it("is the one that the session chose", () => {
    expect(idInUse({ provider_connection_id: 102 }, [first, second])).toBe(102);
    expect(idInUse({ provider_connection_id: 102 }, undefined)).toBe(102);
  });

  it("is the only one where none was chosen", () => {
    expect(idInUse({ provider_connection_id: null }, [first])).toBe(101);
  });

  it("is none where there are several to choose from, or none at all", () => {
    expect(idInUse({ provider_connection_id: null }, [first, second])).toBeNull();
    expect(idInUse({ provider_connection_id: null }, [])).toBeNull();
    expect(idInUse({ provider_connection_id: null }, undefined)).toBeNull();
  });
});
