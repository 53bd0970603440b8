import { lazy, Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Returned } from "../signin/Returned";
import { SignedIn } from "../signin/SignedIn";
import { Boundary } from "../states/Boundary";
import { Loading } from "../states/Loading";
import { Missing } from "../states/Refused";
import { Shell } from "./Shell";

const QueuePage = lazy(() => import("../queue/QueuePage"));
const TenantPage = lazy(() => import("./TenantPage"));

/** Which address shows what. */
export function App() {
  const [path] = useLocation();
  return (
    <Switch>
      <Route path="/signed-in">
        <Returned />
      </Route>
      <Route>
        <SignedIn>
          <Shell>
            <Boundary at={path}>
              <Suspense fallback={<Loading />}>
                <Switch>
                  <Route path="/">
                    <QueuePage />
                  </Route>
                  <Route path="/tenants/:tenantId/:section?">
                    {({ tenantId, section }) => <TenantPage key={tenantId} id={tenantId} section={section} />}
                  </Route>
                  <Route>
                    <Missing />
                  </Route>
                </Switch>
              </Suspense>
            </Boundary>
          </Shell>
        </SignedIn>
      </Route>
    </Switch>
  );
}
