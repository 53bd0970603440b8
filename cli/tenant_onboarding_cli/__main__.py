"""`python -m tenant_onboarding_cli` is the same as `tenant-onboarding`."""

from tenant_onboarding_cli.main import main

main()
