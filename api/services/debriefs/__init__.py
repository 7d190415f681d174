"""Peer debriefs: invitations, matching, times taken and given back."""
