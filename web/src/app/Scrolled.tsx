import { useEffect, useRef, useState, type ReactNode } from "react";

/** Room for what may be wider than the screen: once it is, the keyboard reaches it to scroll. */
export function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);

  useEffect(() => {
    const room = place.current;
    if (!room) return undefined;
    const observer = new ResizeObserver(() => {
      setOverflows(room.scrollWidth > room.clientWidth);
    });
    observer.observe(room);
    for (const each of room.children) observer.observe(each);
    return () => {
      observer.disconnect();
    };
  }, []);

  const reachable = overflows ? { tabIndex: 0, role: "group", "aria-label": label } : {};
  return (
    <div className="scrolled" ref={place} {...reachable}>
      {children}
    </div>
  );
}
