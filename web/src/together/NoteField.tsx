import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { count, t } from "../text/translate";

export const LONGEST_NOTE = 500;
const TELL_FROM = 100;

interface Props {
  label: string;
  description: string;
  value: string;
  change: (value: string) => void;
}

/** A note, whose end is told before it is reached. Characters are counted as the API counts them. */
export function NoteField({ label, description, value, change }: Props) {
  const left = LONGEST_NOTE - lengthOf(value);
  return (
    <FormField
      label={label}
      description={description}
      stretch
      errorText={left < 0 ? t("note.over", { n: -left }) : ""}
      constraintText={left >= 0 && left <= TELL_FROM ? count("note.left", left) : ""}
    >
      <Textarea
        value={value}
        rows={4}
        onChange={({ detail }) => {
          change(detail.value);
        }}
      />
    </FormField>
  );
}

export function isTooLong(note: string): boolean {
  return lengthOf(note) > LONGEST_NOTE;
}

function lengthOf(text: string): number {
  return [...text].length;
}
