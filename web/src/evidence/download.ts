/** Hands *what* to the browser as a file; it never leaves the machine for it. */
export function download(what: unknown, name: string): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(what, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
