"""How the tests are dealt to several processes: by file, what takes long first, what shares a start together."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it ships no types

# Whole folders for one process: each starts a service or a site for all its files, which goes on costing until the end.
TOGETHER = ("tests/spine/", "tests/site/")
# What takes longest, so that no process is left with it while the others have nothing more to do. Seconds, in steps.
FIRST = (
    "tests/spine/",  # 180
    "tests/site/",  # 120
    "tests/canary/test_canaries.py",  # 70
    "tests/billing/test_billing_books.py",  # 30, as all of these
    "tests/emulators/test_chat_page.py",
    "tests/emulators/test_chat_page_shop.py",
    "tests/generation/test_videos_ends.py",
    "tests/generation/test_videos_watch.py",
    "tests/mutate/test_mutations.py",
    "tests/ops/test_ops_money.py",
    "tests/ops/test_ops_requests.py",
    "tests/policy/test_policy_verbs.py",
    "tests/privacy/test_retention_killed.py",
    "tests/proofs/test_plugin.py",
    "tests/workers/test_consumer.py",
    "tests/imaging/test_frame.py",  # 15
    "tests/imaging/test_intake.py",
    "tests/privacy/test_retention_travel.py",
    "tests/support/test_announcements.py",
)


def share(nodeid: str) -> str:
    """What is dealt at once: a file, or a whole folder."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def rank(nodeid: str) -> int:
    """The smaller, the earlier."""
    name = share(nodeid)
    return FIRST.index(name) if name in FIRST else len(FIRST)


class Dealing(LoadFileScheduling):  # type: ignore[misc]  # the same
    """`--dist loadfile` that knows the folders above."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)
