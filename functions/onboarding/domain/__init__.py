"""The rules of onboarding. Pure: no I/O, no clock, no environment; time and ids are passed in."""
