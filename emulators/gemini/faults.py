"""The error body of Google's APIs, and the errors that this stand-in answers with."""

from __future__ import annotations

from typing import Any

from emulators.words import words

Json = dict[str, Any]

TYPE = "type.googleapis.com/google.rpc."
SERVICE = "generativelanguage.googleapis.com"
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """Raised where the fault is seen, turned into an HTTP answer at the edge."""

    def __init__(
        self, http: int, message: str, *, status: str | None = None, details: list[Json] | None = None
    ) -> None:
        super().__init__(message)
        self.http = http
        self.body = error_body(http, message, status=status, details=details)


def error_body(http: int, message: str, *, status: str | None = None, details: list[Json] | None = None) -> Json:
    error: Json = {"code": http, "message": message, "status": status or STATUS_NAMES[http]}
    if details is not None:
        error["details"] = details
    return {"error": error}


def invalid(message: str) -> ApiError:
    return ApiError(400, message)


def bad_key() -> ApiError:
    message = "API key not valid. Please pass a valid API key."
    reason = {
        "@type": TYPE + "ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": SERVICE},
    }
    sentence = {"@type": TYPE + "LocalizedMessage", "locale": "en-US", "message": message}
    return ApiError(400, message, details=[reason, sentence])


def missing_key() -> ApiError:
    return ApiError(403, "Callers without an established identity may not use this method. Send an API key.")


def unknown_model(model: str, version: str) -> ApiError:
    return ApiError(404, f"models/{model} is not found for API version {version}, or does not support generateContent.")


def quota(model: str, *, per_day: bool) -> ApiError:
    """429 with all its details: which quota, and (for the minute's) when to come back."""
    period = "PerDay" if per_day else "PerMinute"
    metric = f"{SERVICE}/generate_content_paid_tier_requests"
    violation = {
        "quotaMetric": metric,
        "quotaId": f"GenerateRequests{period}PerProjectPerModel",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": "5",
    }
    help_page = {"description": "About quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}
    details: list[Json] = [
        {"@type": TYPE + "Help", "links": [help_page]},
        {"@type": TYPE + "QuotaFailure", "violations": [violation]},
    ]
    ending = "The quota of this day is used up."
    if not per_day:
        details.append({"@type": TYPE + "RetryInfo", "retryDelay": "10s"})
        ending = "Please retry in 10.158753737s."
    message = f"You exceeded your current quota.\n* Quota exceeded for metric: {metric}, limit: 5, model: {model}\n"
    return ApiError(429, message + ending, details=details)


def by_kind(kind: str, *, model: str, version: str) -> ApiError:
    """The error that a scenario names."""
    match kind:
        case "400":
            return invalid("Request contains an invalid argument.")
        case "400-key":
            return bad_key()
        case "400-billing":
            message = "Billing must be enabled on the project to use this model."
            return ApiError(400, message, status="FAILED_PRECONDITION")
        case "403":
            return ApiError(403, "The caller does not have permission.")
        case "404-model":
            return unknown_model(model, version)
        case "429-detailed":
            return quota(model, per_day=False)
        case "429-per-day":
            return quota(model, per_day=True)
        case "429-bare":
            return ApiError(429, "Resource has been exhausted (e.g. check quota).")
        case "500":
            return ApiError(500, "An internal error has occurred.")
        case "503" | "array-error":
            return ApiError(503, "The model is overloaded. Please try again later.")
        case "504":
            return ApiError(504, "The request did not finish before its deadline.")
    raise KeyError(kind)


ERROR_KINDS = words("400 400-key 400-billing 403 404-model 429-detailed 429-per-day 429-bare 500 503 504 array-error")
