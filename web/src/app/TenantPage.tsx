import { Missing } from "../states/Refused";

export default function TenantPage(_: { id: string; section: string | undefined }) {
  return <Missing />;
}
