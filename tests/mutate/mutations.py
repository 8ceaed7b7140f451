"""Ways to break a promise: what is changed where, which promise breaks, and the tests that must see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SERVICE = "tests/canary/test_canaries.py"


@dataclass(frozen=True)
class Edit:
    """`old` stands exactly once in the file, and becomes `new`."""

    file: str
    old: str
    new: str

    def problem(self, root: Path) -> str | None:
        """Why it cannot be made; None when it can."""
        path = root / self.file
        if not path.is_file():
            return f"{self.file} is not there"
        found = path.read_text().count(self.old)
        return None if found == 1 else f"{self.file} has {found} times: {self.old.strip()[:60]}"

    def make(self, root: Path) -> None:
        path = root / self.file
        path.write_text(path.read_text().replace(self.old, self.new))


@dataclass(frozen=True)
class Mutation:
    """`tests`: what is run, of which at least one must fail; `only` is pytest's -k."""

    name: str
    promise: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    only: str = ""


MUTATIONS: tuple[Mutation, ...] = (
    Mutation(
        "columns are written as they are",
        "P7.1",
        (
            Edit(
                "custody/fields.py",
                "return key.seal(value.encode(), binding=_place(column, row))",
                "return value.encode()",
            ),
            Edit(
                "custody/fields.py",
                "return key.open(bytes(sealed), binding=_place(column, row.id)).decode()",
                "return bytes(sealed).decode()",
            ),
        ),
        (SERVICE,),
        "sqlite and plain_anywhere",
    ),
    Mutation(
        "a photo stands in a temporary file while it is sealed",
        "P4.5",
        (
            Edit(
                "custody/media.py",
                "        source = io.BytesIO(data)\n",
                '        source = __import__("tempfile").TemporaryFile()\n'
                "        source.write(data)\n"
                "        source.seek(0)\n",
            ),
        ),
        (SERVICE,),
        "sqlite and no_file_is_opened",
    ),
    Mutation(
        "the person's name goes to the provider with the prompt",
        "P4.3",
        (
            Edit(
                "generation/produce.py",
                "        _, prompt = self._orders.wanted(order)\n",
                "        _, prompt = self._orders.wanted(order)\n"
                "        with self._database.connection():\n"
                '            people = __import__("models").Account\n'
                "            person = people.get_by_id(order.account)\n"
                '            prompt += self._orders._fields.open(people.first_name, person, purpose=PURPOSE) or ""\n',
            ),
        ),
        (SERVICE,),
        "sqlite and (each_recipient or a_provider_gets)",
    ),
    Mutation(
        "a worker calls a host that nobody declared",
        "P5.5",
        (
            Edit(
                "workers/process.py",
                '        log.info("worker.ready", count=self._threads)\n',
                '        log.info("worker.ready", count=self._threads)\n'
                '        __import__("socket").socket().connect_ex(("127.0.0.9", 9))\n',
            ),
        ),
        (SERVICE,),
        "sqlite and nobody_is_called",
    ),
    Mutation(
        "the web server writes an access log",
        "P2.5",
        (
            Edit("web/__main__.py", '"accesslog": None', '"accesslog": "-"'),
            Edit("web/__main__.py", '            "logger_class": ServerLogger,\n', ""),
        ),
        (SERVICE,),
        "sqlite and plain_anywhere",
    ),
    Mutation(
        "the client asks hosts that are not declared",
        "P5.5",
        (Edit("providers/http.py", "if origin not in self.origins:", "if not self.origins:"),),
        ("tests/providers/test_http_outbound.py",),
    ),
    Mutation(
        "EXIF stays in photos",
        "P2.7",
        (
            Edit("imaging/fit.py", "    image.info = {}\n", '    exif = image.info.get("exif", b"")\n'),
            Edit(
                "imaging/fit.py",
                'image.save(buffer, "JPEG", quality=quality)',
                'image.save(buffer, "JPEG", quality=quality, exif=exif)',
            ),
        ),
        ("tests/imaging/test_clean.py",),
    ),
    Mutation(
        "what its person refused goes to a provider all the same",
        "P5.3",
        (Edit("consent/disclosure.py", "AND {MAY_GET}", "AND ({MAY_GET} OR id = id)"),),
        ("tests/consent/test_choices.py", "tests/generation/test_refused_providers.py"),
    ),
    Mutation(
        "a photo whose time is over by choice stays",
        "P6.2",
        (
            Edit(
                "generation/photos.py",
                "                Photo.update(goes_at=end)",
                "                Photo.update(goes_at=None)",
            ),
        ),
        ("tests/generation/test_keeping.py",),
    ),
    Mutation(
        "anybody has data corrected who knows the number of a request",
        "P9.2",
        (Edit("privacy/corrections.py", "        if not asked.confirmed:", "        if not asked.id:"),),
        ("tests/privacy/test_corrections.py",),
    ),
    Mutation(
        "Gemini is no longer told to store nothing",
        "P4.3",
        (Edit("providers/gemini.py", '            "store": False,\n', ""),),
        ("tests/providers/test_gemini_client.py",),
    ),
    Mutation(
        "a photo is sent without a row that says so",
        "P5.5",
        (
            Edit(
                "consent/disclosure.py",
                "    if insert_from(Row(Disclosure, row), WILLING, account, pattern(recipient)):\n",
                "    if Row(Disclosure, row):\n",
            ),
        ),
        ("tests/generation",),
        "disclos",
    ),
    Mutation(
        "a period is changed where it is kept, and nowhere else",
        "P6.4",
        (Edit("policy/categories.py", "TRANSACTIONS = 7 * YEAR", "TRANSACTIONS = 6 * YEAR"),),
        ("tests/policy/test_versions.py",),
    ),
    Mutation(
        "a sentence of the policy changes without a version",
        "P13.1",
        (Edit("policy/text.py", "This policy covers all personal data", "This policy covers most personal data"),),
        ("tests/policy/test_versions.py",),
    ),
    Mutation(
        "a published version is rewritten",
        "P13.1",
        (Edit("policy/published/2026-11-23.json", "7 years", "9 years"),),
        ("tests/policy/test_versions.py",),
    ),
    Mutation(
        "announcements may read prompts",
        "P3.8",
        (
            Edit(
                "policy/purposes.py",
                'id="announcements",\n            name=N_("Service announcements, not promotional"),\n'
                '            basis=LEGITIMATE,\n            categories=frozenset({"account"}),',
                'id="announcements",\n            name=N_("Service announcements, not promotional"),\n'
                '            basis=LEGITIMATE,\n            categories=frozenset({"account", "prompts"}),',
            ),
        ),
        ("tests/policy",),
    ),
    Mutation(
        "a purpose that is not granted opens all the same",
        "P3.8",
        (Edit("custody/purpose.py", "if not granted(purpose, category):", "if purpose not in PURPOSES:"),),
        ("tests/custody", "tests/policy/test_matrix.py"),
    ),
    Mutation(
        "a column belongs to no category",
        "P2.8",
        (
            Edit(
                "tables/people.py",
                '    username = Sealed("account", key="account", null=True)',
                '    username = Sealed("nothing", key="account", null=True)',
            ),
        ),
        ("tests/privacy/test_privacy_gate.py",),
    ),
    Mutation(
        "log fields that nobody declared are written",
        "P2.8",
        (Edit("logs.py", "        del event[name]\n", "        pass\n"),),
        ("tests/ground/test_ground_logs.py",),
    ),
    Mutation(
        "who has not agreed gets an account for a photo",
        "P10.1",
        (
            Edit(
                "bot/strangers.py",
                "if tap is not None and tap.verb == buttons.AGREE and tap.id == CURRENT.id:",
                'if update.kind == "photo" or (tap is not None and tap.verb == buttons.AGREE):',
            ),
        ),
        ("tests/bot/test_strangers.py",),
    ),
    Mutation(
        "every page sets a cookie",
        "P11.1",
        (
            Edit(
                "web/headers.py",
                '    "X-Frame-Options": "DENY",\n',
                '    "X-Frame-Options": "DENY",\n    "Set-Cookie": "seen=1",\n',
            ),
        ),
        ("tests/web/test_site.py",),
    ),
    Mutation(
        "production starts without a place of the data",
        "P6.0",
        (Edit("config.py", '    "support_email",\n    "data_location",\n', '    "support_email",\n'),),
        ("tests/ground/test_ground_config.py", "tests/policy/test_placeholders.py"),
    ),
    Mutation(
        "a frozen key opens like any other",
        "P10.2",
        (
            Edit("custody/keys.py", "for row in rows if not row.frozen}", "for row in rows}"),
            Edit("custody/keys.py", "if any(row.frozen and row.kind == kind for row in rows):", "if False:"),
        ),
        ("tests/privacy/test_freezing.py",),
        "valid_handle",
    ),
    Mutation(
        "a report may take ten times as long",
        "P10.2",
        (Edit("policy/limits.py", "REPORT_WITHIN = timedelta(hours=48)", "REPORT_WITHIN = timedelta(hours=480)"),),
        ("tests/privacy/test_reports.py",),
        "the_clock_runs",
    ),
    Mutation(
        "a case ends and the account stays",
        "P10.2",
        (
            Edit(
                "privacy/freezing.py",
                "self._erasures.ask(unit, account=accused, scope=Erasure.ACCOUNT, source=SOURCE, at_once=True)",
                "pass",
            ),
        ),
        ("tests/privacy/test_freezing.py",),
        "deletion_of_the_account",
    ),
    Mutation(
        "a process that dies leaves its memory on the disk",
        "P7.1",
        (Edit("workers/startup.py", "    forbid_core_files()\n    logs", "    logs"),),
        ("tests/canary/test_core_files.py",),
    ),
    Mutation(
        "what is written to support becomes an order",
        "P2.6",
        (
            Edit(
                "bot/messages.py",
                "    if support.addressed(context, account, update):\n"
                "        return support.received(context, unit, account, person, update)\n",
                "",
            ),
        ),
        ("tests/bot/test_support.py",),
    ),
    Mutation(
        "the words of a ticket outlive its period",
        "P6.6",
        (
            Edit(
                "privacy/old_tickets.py",
                "        TicketMessage.delete().where(TicketMessage.ticket.in_(tickets)).execute()\n",
                "",
            ),
        ),
        ("tests/privacy/test_old_tickets.py",),
    ),
    Mutation(
        "a tap on a deletion deletes nothing",
        "P9.3",
        (
            Edit(
                "bot/deletion.py",
                "    erasure = context.erasures.ask(unit, account=account.id, scope=tap.id)\n",
                "    erasure = Erasure(scope=tap.id, account=account.id, state=Erasure.ASKED)\n",
            ),
        ),
        ("tests/bot/test_deletion.py",),
        "one_tap or what_was_made_goes",
    ),
    Mutation(
        "support deletes for a request of nobody knows whom",
        "P9.3",
        (Edit("privacy/deletion_cases.py", "        if not row.confirmed:\n", "        if False:\n"),),
        ("tests/privacy/test_deletion_cases.py",),
        "sqlite and nobody_made_sure",
    ),
    Mutation(
        "who is banned cannot delete",
        "P9.3",
        (Edit("bot/messages.py", "    buttons.ERASE, buttons.ERASE_YES, buttons.ERASE_KEEP,", "    buttons.ERASE,"),),
        ("tests/bot/test_deletion.py",),
        "banned",
    ),
    Mutation(
        "a receipt that was changed passes for genuine",
        "P9.3",
        (
            Edit(
                "privacy/receipt_form.py",
                "    return Checked(GENUINE, said) if signed else Checked(ALTERED)\n",
                "    return Checked(GENUINE, said)\n",
            ),
        ),
        ("tests/privacy/test_receipt_form.py",),
        "one_bit or somebody_elses",
    ),
    Mutation(
        "an account goes without its last receipt",
        "P9.3",
        (Edit("privacy/receipts.py", "        self._send(row, str(erasure.account))\n", ""),),
        ("tests/privacy/test_receipts.py",),
        "sqlite and last_message",
    ),
    Mutation(
        "receipts stay for ever",
        "P6.15",
        (Edit("privacy/rules.py", '        _kept("receipt", "erasures", Receipt, Receipt.made_at),\n', ""),),
        ("tests/privacy/test_receipts.py",),
        "sqlite and period_of_the_register",
    ),
    Mutation(
        "the register of breaches forgets what is still open",
        "P6.14",
        (
            Edit(
                "privacy/rules.py",
                "            start=Incident.closed_at,\n",
                "            start=Incident.declared_at,\n",
            ),
            Edit("privacy/rules.py", "            only=Incident.closed_at.is_null(False),\n", ""),
        ),
        ("tests/privacy/test_incidents.py",),
        "sqlite and five_years",
    ),
    Mutation(
        "a restored database is served as it is",
        "P9.3",
        (
            Edit(
                "workers/startup.py",
                "    if undone := house.erasure_marks.undone():\n",
                "    if (undone := house.erasure_marks.undone()) and False:\n",
            ),
        ),
        ("tests/ops/test_ops_replay.py",),
        "no_process_starts",
    ),
    Mutation(
        "who took a deletion back loses the account with a restore",
        "P9.3",
        (Edit("privacy/replayed.py", "        if UNDONE in stages:\n", "        if False:\n"),),
        ("tests/privacy/test_replay.py",),
        "sqlite and nobody_comes_back",
    ),
    Mutation(
        "an account that ended comes back with its dump",
        "P9.3",
        (Edit("privacy/replayed.py", "        if ENDED in stages:\n", "        if False:\n"),),
        ("tests/privacy/test_replay.py",),
        "sqlite and nobody_comes_back",
    ),
    Mutation(
        "a backup of the keys of any age is loaded",
        "P6.7",
        (Edit("privacy/key_backup.py", "    if at <= unit.now - KEY_BACKUP and not older:\n", "    if False:\n"),),
        ("tests/privacy/test_key_backup.py",),
        "sqlite and its_days",
    ),
    Mutation(
        "an account waits for longer than was promised",
        "P6.1",
        (Edit("policy/categories.py", "ACCOUNT_UNDO = 27 * DAY\n", "ACCOUNT_UNDO = 31 * DAY\n"),),
        ("tests/privacy/test_erasure.py",),
        "sqlite and end_of_its_grace",
    ),
    Mutation(
        "what was deleted can still be opened by who knows its row",
        "P9.3",
        (
            Edit(
                "privacy/erasure_gather.py",
                "    keys.set_aside(unit, account, [KEY_OF[category] for category in categories])\n",
                "",
            ),
        ),
        ("tests/privacy/test_erasure.py",),
        "sqlite and commit_of_the_asking",
    ),
    Mutation(
        "keys go before it is written down what they locked",
        "P9.3",
        (
            Edit("privacy/erase.py", "            self._ending.write_down(row, FILES, names)\n", ""),
            Edit(
                "privacy/erase.py",
                '            crash.at("erasure.keys_gone")\n',
                '            self._ending.write_down(row, FILES, names)\n            crash.at("erasure.keys_gone")\n',
            ),
        ),
        ("tests/privacy/test_erasure_faults.py",),
        "sqlite and cannot_be_written",
    ),
    Mutation(
        "what a busy store has kept is taken for deleted",
        "P9.3",
        (
            Edit(
                "privacy/erase.py",
                "            gone = [media for media, name in batch.items() if name not in left]\n",
                "            gone = list(batch)\n",
            ),
        ),
        ("tests/privacy/test_erasure_faults.py",),
        "sqlite and next_time",
    ),
)


def problems(root: Path) -> Iterator[str]:
    """Mutations that can no longer be made."""
    for mutation in MUTATIONS:
        for edit in mutation.edits:
            if (problem := edit.problem(root)) is not None:
                yield f"{mutation.name}: {problem}"
