"""One module per route, named as what it does; `onboarding.routes` lists them."""
