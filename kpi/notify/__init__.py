"""Telling people how a run ended: by mail and by any service apprise knows, as ``notify.yaml`` declares."""
