"""Every Bot API method this emulator knows, by its name in small letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from . import methods_chat, methods_edit, methods_payments, methods_send, methods_updates
from .arguments import Arguments
from .context import Telegram

Method = Callable[[Telegram, Arguments], Any | Awaitable[Any]]

NAMES: dict[str, Method] = {
    "getMe": methods_chat.get_me,
    "getChat": methods_chat.get_chat,
    "getFile": methods_chat.get_file,
    "answerCallbackQuery": methods_chat.answer_callback_query,
    "setMyCommands": methods_chat.set_my_commands,
    "getMyCommands": methods_chat.get_my_commands,
    "deleteMyCommands": methods_chat.delete_my_commands,
    "setMyDescription": methods_chat.set_my_description,
    "getMyDescription": methods_chat.get_my_description,
    "setMyShortDescription": methods_chat.set_my_short_description,
    "getMyShortDescription": methods_chat.get_my_short_description,
    "getUpdates": methods_updates.get_updates,
    "setWebhook": methods_updates.set_webhook,
    "deleteWebhook": methods_updates.delete_webhook,
    "getWebhookInfo": methods_updates.get_webhook_info,
    "sendMessage": methods_send.send_message,
    "sendPhoto": methods_send.send_photo,
    "sendVideo": methods_send.send_video,
    "sendDocument": methods_send.send_document,
    "sendMediaGroup": methods_send.send_media_group,
    "sendChatAction": methods_send.send_chat_action,
    "editMessageText": methods_edit.edit_message_text,
    "editMessageCaption": methods_edit.edit_message_caption,
    "editMessageMedia": methods_edit.edit_message_media,
    "editMessageReplyMarkup": methods_edit.edit_message_reply_markup,
    "deleteMessage": methods_edit.delete_message,
    "deleteMessages": methods_edit.delete_messages,
    "sendInvoice": methods_payments.send_invoice,
    "createInvoiceLink": methods_payments.create_invoice_link,
    "answerPreCheckoutQuery": methods_payments.answer_pre_checkout_query,
    "refundStarPayment": methods_payments.refund_star_payment,
    "getStarTransactions": methods_payments.get_star_transactions,
    "getMyStarBalance": methods_payments.get_my_star_balance,
}

METHODS = {name.lower(): (name, method) for name, method in NAMES.items()}
