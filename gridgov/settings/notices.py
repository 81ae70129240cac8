"""How the variables of config/env.example become the channels of notices; what is not set does not exist."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Messages per minute unless the environment says otherwise. Group robots of WeCom and DingTalk take twenty.
RATES = {"mail": 120, "sms": 600, "wecom": 20, "dingtalk": 20}


def channels_from_environment(env: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The configured channels by name. Raises ``ValueError`` naming the variable that is wrong and how to mend it."""
    found = {"mail": _mail(env), "sms": _sms(env), "wecom": _wecom(env), "dingtalk": _dingtalk(env)}
    channels: dict[str, dict[str, Any]] = {}
    for name, facts in found.items():
        if facts is not None:
            channels[name] = facts | {"per_minute": _number(env, f"GRIDGOV_{name.upper()}_PER_MINUTE", RATES[name])}
    return channels


def _mail(env: Mapping[str, str]) -> dict[str, Any] | None:
    host = env.get("GRIDGOV_MAIL_HOST", "")
    if not host:
        return None
    security = env.get("GRIDGOV_MAIL_SECURITY", "starttls")
    if security not in {"starttls", "tls", "none"}:
        raise ValueError("GRIDGOV_MAIL_SECURITY is starttls, tls or none")
    sender = env.get("GRIDGOV_MAIL_FROM", "")
    if "@" not in sender:
        raise ValueError("GRIDGOV_MAIL_FROM must be the mail address of the sender where GRIDGOV_MAIL_HOST is set")
    return {
        "host": host,
        "port": _number(env, "GRIDGOV_MAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[security]),
        "security": security,
        "user": env.get("GRIDGOV_MAIL_USER", ""),
        "password": env.get("GRIDGOV_MAIL_PASSWORD", ""),
        "sender": sender,
    }


def _sms(env: Mapping[str, str]) -> dict[str, Any] | None:
    url = _url(env, "GRIDGOV_SMS_URL")
    if not url:
        return None
    shape = env.get("GRIDGOV_SMS_FORMAT", "json")
    if shape not in {"json", "form"}:
        raise ValueError("GRIDGOV_SMS_FORMAT is json or form")
    return {
        "url": url,
        "format": shape,
        "fields": _fields(env.get("GRIDGOV_SMS_FIELDS", "") or '{"phone": "{phone}", "content": "{text}"}'),
        "token": env.get("GRIDGOV_SMS_TOKEN", ""),
        "secret": env.get("GRIDGOV_SMS_SECRET", ""),
        "code_field": env.get("GRIDGOV_SMS_CODE_FIELD", "code"),
        "ok_codes": _words(env.get("GRIDGOV_SMS_OK_CODES", "0")),
        "busy_codes": _words(env.get("GRIDGOV_SMS_BUSY_CODES", "")),
        "bad_number_codes": _words(env.get("GRIDGOV_SMS_BAD_NUMBER_CODES", "")),
        "message_field": env.get("GRIDGOV_SMS_MESSAGE_FIELD", "message"),
        "id_field": env.get("GRIDGOV_SMS_ID_FIELD", "msgid"),
        "length": _number(env, "GRIDGOV_SMS_LENGTH", 70),
    }


def _fields(text: str) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise ValueError('GRIDGOV_SMS_FIELDS must be JSON such as {"phone": "{phone}", "content": "{text}"}') from error
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise ValueError("GRIDGOV_SMS_FIELDS must be one JSON object whose values are texts")
    if not all(any(place in value for value in fields.values()) for place in ("{phone}", "{text}")):
        raise ValueError("GRIDGOV_SMS_FIELDS must use {phone} and {text}")
    return fields


def _wecom(env: Mapping[str, str]) -> dict[str, Any] | None:
    webhook = _url(env, "GRIDGOV_WECOM_WEBHOOK")
    if webhook:
        return {"webhook": webhook}
    corporation, secret = env.get("GRIDGOV_WECOM_CORP_ID", ""), env.get("GRIDGOV_WECOM_SECRET", "")
    if not corporation:
        return None
    agent = _number(env, "GRIDGOV_WECOM_AGENT_ID", 0)
    if not secret or not agent:
        raise ValueError("GRIDGOV_WECOM_SECRET and GRIDGOV_WECOM_AGENT_ID are needed beside GRIDGOV_WECOM_CORP_ID")
    base = _url(env, "GRIDGOV_WECOM_API") or "https://qyapi.weixin.qq.com"
    return {"api": base.rstrip("/"), "corporation": corporation, "secret": secret, "agent": agent}


def _dingtalk(env: Mapping[str, str]) -> dict[str, Any] | None:
    webhook = _url(env, "GRIDGOV_DINGTALK_WEBHOOK")
    return {"webhook": webhook, "secret": env.get("GRIDGOV_DINGTALK_SECRET", "")} if webhook else None


def _url(env: Mapping[str, str], name: str) -> str:
    url = env.get(name, "").strip()
    if url and (urlsplit(url).scheme not in {"https", "http"} or not urlsplit(url).hostname):
        raise ValueError(f"{name} must start with https:// (or http:// inside one's own network)")
    return url


def _number(env: Mapping[str, str], name: str, usual: int) -> int:
    text = env.get(name, "").strip() or str(usual)
    if not text.isdecimal() or (int(text) < 1 and usual):
        raise ValueError(f"{name} must be a whole number above zero")
    return int(text)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
