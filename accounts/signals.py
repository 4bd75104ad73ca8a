"""What accounts tells the apps above it.

Sent inside the transaction of the change: a receiver that fails undoes it, and a receiver
with effects outside the database schedules them with ``transaction.on_commit``.
"""

from django.dispatch import Signal

# user: the new person
user_registered = Signal()
# user: the person, whose rows still exist
user_deleted = Signal()
# user: whose memberships changed
group_changed = Signal()
