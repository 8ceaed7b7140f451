"""From a failure's code to a sentence that a person can act on. Every code that can reach a person is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from errors import Fact, Failure
from wording.language import ENGLISH, SIMPLIFIED, TRADITIONAL, Translate, translate
from wording.message import Message, escape
from wording.numbers import NUMBERS

Sentence = Callable[[Translate], str]

SENTENCES: dict[str, Sentence] = {
    "photo.empty": lambda _: _("That file is empty. Please send the photo again."),
    "photo.not_a_picture": lambda _: _("I cannot read that as a picture. Please send a JPEG, PNG, WebP or HEIC photo."),
    "photo.unsupported_format": lambda _: _(
        "I can read JPEG, PNG, WebP and HEIC. Please send the photo as one of these."
    ),
    "photo.truncated": lambda _: _("Part of that picture is missing. Please send it again."),
    "photo.too_many_pixels": lambda _: _(
        "That picture has more than {megapixels} megapixels. Please send a smaller one."
    ),
    "photo.too_small": lambda _: _("That picture is too small: each side needs at least {side} pixels."),
    "photo.too_narrow": lambda _: _("That picture is too long and narrow. Please crop it and send it again."),
    "photo.animated": lambda _: _("That picture moves. Please send a still photo."),
    "photo.too_large": lambda _: _("That file is larger than {megabytes} MB. Please send a smaller one."),
    "photo.too_heavy": lambda _: _("That picture is too heavy for me to open. Please send it as an ordinary photo."),
    "photo.gone": lambda _: _("That photo is no longer here. Please send it again."),
    "photo.gone_by_choice": lambda _: _(
        "That photo has gone by itself, as you chose: /keep. Please send it again. Pictures made of it are still here."
    ),
    "provider.not_allowed": lambda _: _(
        "You have chosen that nothing of yours goes to the AI provider that makes this. You can allow it again: /providers"
    ),
    "photo.not_ready": lambda _: _("That photo is still being prepared. One moment, please."),
    "telegram.file_gone": lambda _: _("Telegram no longer has that photo. Please send it again."),
    "credits.too_few": lambda _: _("You do not have enough credits for this. More of them: /packs"),
    "credits.daily_limit": lambda _: _("That would pass the daily limit that you set yourself: /limit"),
    "limit.unclear": lambda _: _("Please write a number of credits, as in /limit 30, or /limit off."),
    "payment.stale": lambda _: _("That offer is out of date. Please open /packs for a new one. Nothing was paid."),
    "payment.not_yours": lambda _: _("That offer was made to somebody else. Please open /packs for one of your own."),
    "refund.gone": lambda _: _("That payment has gone back already."),
    "refund.too_late": lambda _: _("That pack is older than {days} days. Please write to support: /paysupport"),
    "refund.used": lambda _: _("Credits of that pack are used or set aside, so it cannot go back as a whole."),
    "account.banned": lambda _: _(
        "This account is closed for breaking the Terms. Questions: /support. Payments: /paysupport."
    ),
    "account.frozen": lambda _: _(
        "Your pictures are locked while we look into a report: nobody can open them, and nothing new is made. Your "
        "rights stay: /mydata, /export (without pictures), /privacy. Questions: /support."
    ),
    "report.too_many": lambda _: _(
        "That is the most reports we take from one account in a day. A person reads each of them. More: /help."
    ),
    "report.too_long": lambda _: _("That is too long for one report: please stay within {report} characters."),
    "account.closing": lambda _: _("Your account is being deleted, so nothing can be bought. To keep it: /start"),
    "orders.too_many": lambda _: _("You have several things being made. Please wait for one of them."),
    "orders.gone": lambda _: _("That offer is no longer there. Please choose a style again."),
    "orders.already_made": lambda _: _("Already on its way."),
    "orders.too_late": lambda _: _("Too late to cancel: it is being made right now."),
    "results.gone": lambda _: _("That picture is no longer here."),
    "prompt.too_long": lambda _: _("That is too long: please stay within {characters} characters."),
    "prompt.empty": lambda _: _("Please write what you want in words."),
    "prompt.sexual": lambda _: _("MIOMIO makes no sexual pictures. Nothing was sent and nothing was charged."),
    "prompt.undressing": lambda _: _("MIOMIO does not undress people. Nothing was sent and nothing was charged."),
    "prompt.minors": lambda _: _("MIOMIO makes no such pictures of minors. Nothing was sent and nothing was charged."),
    "provider.refused": lambda _: _(
        "The AI provider declined this one under its rules. Another style or wording may work."
    ),
    "provider.no_picture": lambda _: _("The AI provider made no picture of this. Another style or wording may work."),
    "style.gone": lambda _: _("That style is no longer there. Please choose another one."),
    "motion.gone": lambda _: _("That motion is no longer there. Please choose another one."),
    "provider.bad_input": lambda _: _("The video provider could not use that picture. Another one may work."),
    "provider.failed": lambda _: _("The video provider did not manage to make this one. Please try again later."),
    "video.too_slow": lambda _: _(
        "The video provider took longer than {minutes} minutes. If it still comes, it is free."
    ),
    "orders.stuck": lambda _: _("This one got stuck on our side, and we have been told. Please try again."),
    "videos.paused": lambda _: _("Videos are paused at the moment. Please try again later; pictures work."),
    "images.paused": lambda _: _("Pictures are paused at the moment. Please try again later. Nothing was charged."),
    "sales.paused": lambda _: _("Credits cannot be bought at the moment. Please try again later. Nothing was paid."),
    "orders.too_busy": lambda _: _(
        "Too many people just now: nothing new is taken. Please try again in {wait} minutes. Nothing was charged."
    ),
    "provider.away": lambda _: _(
        "The AI provider has not answered for {outage} minutes. Please try again later; we keep looking."
    ),
    "videos.full": lambda _: _("The video provider had no room for {hours} hours. Please try again later."),
    "videos.off": lambda _: _("There are no videos here at the moment. Pictures work."),
    "consent.renew": lambda _: _("Our privacy policy has changed: please say first whether you agree."),
    "export.under_way": lambda _: _("A copy of your data is on its way already. It comes here."),
    "ticket.kind": lambda _: _("Support takes text, pictures, PDF and text files. What you sent was not kept."),
    "ticket.file": lambda _: _("PDF and text files may have up to {support_megabytes} MB."),
    "ticket.files": lambda _: _(
        "This ticket has {support_files} files, which is all it takes. Please put it in words."
    ),
    "ticket.full": lambda _: _("This ticket is full. Please wait for our answer."),
    "message.unsupported": lambda _: _("I can use photos only. What you sent was not kept."),
    "button.unknown": lambda _: _("That button no longer works. Please start again with /start."),
    "button.not_yours": lambda _: _("That button belongs to somebody else."),
}


def sentence(_: Translate, failure: Failure | str) -> str:
    """Something true and useful also for what has no sentence of its own. Plain text: a tap's answer knows no markup."""
    code, facts = (failure, {}) if isinstance(failure, str) else (failure.code, failure.facts)
    if code in SENTENCES:
        return _with_words(_, SENTENCES[code](_).format(**{**NUMBERS, "wait": _("some"), **facts}), facts)
    return _("Something went wrong on our side. Please try again in a few minutes.")


def _with_words(_: Translate, ours: str, facts: Mapping[str, Fact]) -> str:
    """Where staff have said something about it: that, in the person's language; in English with our sentence else."""
    english = facts.get("english")
    if not isinstance(english, str):
        return ours
    theirs = {translate(ENGLISH): english, translate(TRADITIONAL): facts.get("traditional")}
    said = {**theirs, translate(SIMPLIFIED): facts.get("simplified")}.get(_)
    return str(said) if said else f"{english}\n\n{ours}"


def ended_badly(_: Translate, reason: str, *, credits: int) -> Message:
    """Said in the status message, with what matters: nothing was charged."""
    back = _("Your credit is back.") if credits == 1 else _("Your {credits} credits are back.").format(credits=credits)
    return Message(_("Not made. {why}\n\n{back}").format(why=escape(sentence(_, reason)), back=back))


def not_shown(_: Translate) -> Message:
    """Made and kept, but it does not get into the chat."""
    return Message(_("It is made and kept for you, but could not be shown here. /start tries it again."))


def photo_refused(_: Translate, reason: Failure | str) -> Message:
    return Message(escape(sentence(_, reason)))
