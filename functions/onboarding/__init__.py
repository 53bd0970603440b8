"""Tenant onboarding: sessions, guarded runs and their evidence."""
