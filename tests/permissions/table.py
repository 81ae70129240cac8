"""What everybody gets at every address; read by ``test_matrix``."""

# ruff: noqa: E501 - a table is read in columns

from typing import Any

# Who asks: the owner and another with the owner's duty beside him (mate: the next grid), those above (station, street,
# leader of the district), the agency that has the case, those with other duties over the whole street or district
# (clerk, assessor, admin, unit_admin, auditor), those beside in the other street (worker_b, street_b), and one with no
# right at all.
PEOPLE = (
    "anonymous worker station street leader agency clerk assessor admin unit_admin auditor mate worker_b street_b stranger"
).split()

# What is sent where the bare request would be refused for what it lacks.
BODIES: dict[str, dict[str, Any]] = {
    "notices:announcement-withdraw POST": {"because": "内容有误"},
    "accounts:language POST": {"language": "en"},
    "inspections:review POST": {"rating": "2", "comment": "好"},
    "assessment:run POST": {"district": "310106", "period": "2026-02", "because": "补算"},
    "residents:reveal POST": {"purpose": "入户核对情况"},
    "notices:retry-all POST": {"channel": "sms"},
    "notices:send-test POST": {"channel": "sms"},
    "organisation:end-grant POST": {"last_day": "2026-04-30", "because": "调离"},
    "cases:filter-save POST": {"name": "夜间"},
    "cases:batch POST": {"case": "{case}:1", "note": "请抓紧"},
    "cases:meeting-open POST": {"unit": "310106001"},
    "cases:meeting-minutes POST": {"held_on": "2026-04-01", "chair": "周岚"},
    "cases:act POST": {"note": "请抓紧"},
    "cases:parties POST": {"purpose": "通知双方调解"},
    "cases:reporter POST": {"purpose": "回访核实情况"},
    "cases:follow-up POST": {"outcome": "no_answer"},
    "cases:follow-up-phone POST": {"purpose": "电话回访"},
    "api:case-action POST": {"version": 4, "note": "请抓紧"},
    "deadlines:calendar-preview-new POST": {"unit": "", "days": "2026-04-30 休 停电"},
    "deadlines:calendar-save POST": {"edit": "{edit}", "because": "停电"},
    "api:resident-reveal POST": {"purpose": "入户核对情况"},
}

TABLE = """
# Doors of everybody
cases:results GET /results/                                              200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:results GET /api/v1/results/                                         200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
healthz GET /healthz/                                                503 503 503 503 503 503 503 503 503 503 503 503 503 503 503
metrics GET /metrics                                                 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
javascript-catalog GET /jsi18n/                                      200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api-schema GET /api/schema/                                          200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api-docs GET /api/docs/                                              200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
accounts:sign-in GET /sign-in/                                       200 302 302 302 302 302 302 302 302 302 302 302 302 302 302
accounts:sign-out POST /sign-out/                                    302 302 302 302 302 302 302 302 302 302 302 302 302 302 302
accounts:language POST /language/                                    302 302 302 302 302 302 302 302 302 302 302 302 302 302 302
api:token POST /api/v1/auth/token/                                   400 400 400 400 400 400 400 400 400 400 400 400 400 400 400
field:service-worker GET /field/sw.js                                200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
field:manifest GET /field/manifest.webmanifest                       200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
field:offline GET /field/offline/                                    200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
# One's own
home GET /                                                           302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
search GET /search/?q=垃圾                                             302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
jobs GET /jobs/                                                      302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
accounts:account GET /account/                                       302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
cases:help GET /help/cases/                                          302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:me GET /api/v1/me/                                               401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
notices:inbox GET /notices/                                          302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
notices:unread GET /notices/unread/                                  302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
notices:preferences GET /notices/preferences/                        302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
notices:preferences POST /notices/preferences/                       302 422 422 422 422 422 422 422 422 422 422 422 422 422 422
notices:read-all POST /notices/read/                                 302 302 302 302 302 302 302 302 302 302 302 302 302 302 302
notices:open GET /notices/{notice}/                                  302 302 404 404 404 404 404 404 404 404 404 404 404 404 404
notices:read-one POST /notices/{notice}/read/                        302 302 404 404 404 404 404 404 404 404 404 404 404 404 404
api:notices GET /api/v1/notices/                                     401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:notice-read POST /api/v1/notices/{notice}/read/                  401 204 404 404 404 404 404 404 404 404 404 404 404 404 404
# Announcements: to the people of a street; who receives one, who may announce there
notices:announcements GET /announcements/                                      302 200 200 200 200 200 200 200 200 200 200 200 200 200 200
notices:announcements-sent GET /announcements/sent/                            302 403 200 200 200 403 403 403 403 200 403 403 403 200 403
notices:announcement-new GET /announcements/new/                               302 403 200 200 200 403 403 403 403 200 403 403 403 200 403
notices:announcement-new GET /announcements/new/?unit={unit}                   302 404 200 200 200 404 403 403 403 200 403 404 404 404 404
notices:announcement-new POST /announcements/new/                              302 403 422 422 422 403 403 403 403 422 403 403 403 422 403
notices:announcement-audience GET /announcements/audience/                     302 403 200 200 200 403 403 403 403 200 403 403 403 200 403
notices:announcement-audience GET /announcements/audience/?unit={unit}         302 404 200 200 200 404 403 403 403 200 403 404 404 404 404
notices:announcement GET /announcements/{announcement}/                        302 200 200 200 200 404 200 404 404 200 404 200 404 404 404
notices:announcement GET /announcements/{announcement_draft}/                  302 404 404 200 200 404 404 404 404 200 404 404 404 404 404
notices:announcement-confirm POST /announcements/{announcement}/confirm/       302 302 302 404 404 404 302 404 404 404 404 302 404 404 404
notices:announcement-edit GET /announcements/{announcement_draft}/edit/        302 404 404 200 200 404 404 404 404 200 404 404 404 404 404
notices:announcement-edit GET /announcements/{announcement}/edit/              302 403 403 409 409 404 403 404 404 409 404 403 404 404 404
notices:announcement-edit POST /announcements/{announcement_draft}/edit/       302 404 404 422 422 404 404 404 404 422 404 404 404 404 404
notices:announcement-delete POST /announcements/{announcement_draft}/delete/   302 404 404 302 302 404 404 404 404 302 404 404 404 404 404
notices:announcement-delete POST /announcements/{announcement}/delete/         302 403 403 409 409 404 403 404 404 409 404 403 404 404 404
notices:announcement-publish POST /announcements/{announcement_draft}/publish/ 302 404 404 302 302 404 404 404 404 302 404 404 404 404 404
notices:announcement-publish POST /announcements/{announcement}/publish/       302 403 403 409 409 404 403 404 404 409 404 403 404 404 404
notices:announcement-withdraw GET /announcements/{announcement}/withdraw/      302 403 403 200 200 404 403 404 404 200 404 403 404 404 404
notices:announcement-withdraw POST /announcements/{announcement}/withdraw/     302 403 403 302 302 404 403 404 404 302 404 403 404 404 404
notices:announcement-correct POST /announcements/{announcement}/correct/       302 403 403 302 302 404 403 404 404 302 404 403 404 404 404
notices:announcement-receipts GET /announcements/{announcement}/receipts/      302 403 200 200 200 404 403 404 404 200 404 403 404 404 404
notices:announcement-export GET /announcements/{announcement}/receipts/export/ 302 403 200 200 200 404 403 404 404 200 404 403 404 404 404
notices:announcement-remind POST /announcements/{announcement}/remind/         302 403 302 302 302 404 403 404 404 302 404 403 404 404 404
api:announcements GET /api/v1/announcements/                                   401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:announcement-confirm POST /api/v1/announcements/{announcement}/confirm/    401 200 200 404 404 404 200 404 404 404 404 200 404 404 404
# Jobs: who started one, and who administers the system
job-cancel POST /jobs/{job}/cancel/                                  302 404 404 404 404 404 404 302 302 404 404 404 404 404 404
job-retry POST /jobs/{job}/retry/                                    302 404 404 404 404 404 404 409 409 404 404 404 404 404 404
# Photos: who sees the case
attachment GET /attachments/{photo}/                                 302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
attachment-small GET /attachments/{photo}/small/                     302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
# The tree
grid:map GET /map/                                                   302 302 302 302 302 403 302 302 302 302 302 302 302 302 403
grid:unit GET /map/{unit}/                                           302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
grid:siblings GET /map/{unit}/siblings/                              302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
grid:manage GET /manage/                                             302 302 302 302 302 403 302 302 302 302 302 302 302 302 403
grid:storage GET /manage/storage/                                    302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
grid:overview GET /manage/{unit}/                                    302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
grid:boundary GET /manage/{unit}/boundary/                           302 404 403 403 403 404 403 403 403 200 403 404 404 404 404
api:unit-list GET /api/v1/units/?parent={unit}                       401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:unit-locate GET /api/v1/units/locate/?lon={lon}&lat={lat}        401 200 200 200 200 404 200 200 200 200 200 404 404 404 404
api:unit GET /api/v1/units/{unit}/                                   401 404 200 200 200 404 200 200 200 200 200 404 404 404 404
api:unit-outlines GET /api/v1/units/{unit}/outlines/                 401 404 200 200 200 404 200 200 200 200 200 404 404 404 404
api:unit-points GET /api/v1/units/{unit}/points/                     401 404 200 200 200 404 200 200 200 200 200 404 404 404 404
api:unit-boundary GET /api/v1/units/{unit}/boundary/                 401 404 200 200 200 404 200 200 200 200 200 404 404 404 404
api:unit-boundary PUT /api/v1/units/{unit}/boundary/                 401 404 403 403 403 404 403 403 403 400 403 404 404 404 404
api:unit-boundary DELETE /api/v1/units/{unit}/boundary/              401 404 403 403 403 404 403 403 403 404 403 404 404 404 404
api:unit-boundary-check POST /api/v1/units/{unit}/boundary/check/    401 404 403 403 403 404 403 403 403 400 403 404 404 404 404
api:unit-boundary-repair POST /api/v1/units/{unit}/boundary/repair/  401 404 403 403 403 404 403 403 403 400 403 404 404 404 404
# People and their roles
organisation:people GET /manage/{unit}/people/                       302 404 403 403 403 404 403 403 403 200 403 404 404 404 404
organisation:grant GET /manage/{unit}/people/grant/                  302 404 403 403 403 404 403 403 403 200 403 404 404 404 404
organisation:grant POST /manage/{unit}/people/grant/                 302 404 403 403 403 404 403 403 403 200 403 404 404 404 404
organisation:end-grant GET /manage/{grid}/people/{grant}/end/        302 403 403 403 403 404 403 403 403 200 403 404 404 404 404
organisation:end-grant POST /manage/{grid}/people/{grant}/end/       302 403 403 403 403 404 403 403 403 302 403 404 404 404 404
organisation:liaisons GET /manage/{unit}/liaisons/                    302 404 403 403 403 404 403 403 403 200 403 404 404 404 404
organisation:liaisons POST /manage/{unit}/liaisons/                   302 404 403 403 403 404 403 403 403 422 403 404 404 404 404
organisation:end-liaison POST /manage/{unit}/liaisons/{liaison}/end/  302 404 403 403 403 404 403 403 403 302 403 404 404 404 404
organisation:changes GET /manage/{unit}/changes/                     302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
# The catalogue: who sees the unit reads it, who administers the system writes it
cases:catalogue GET /manage/{unit}/catalogue/                                              302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
cases:catalogue-export GET /manage/{unit}/catalogue/export/                                302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
cases:category GET /manage/{unit}/catalogue/category/{category}/                           302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
cases:rulings GET /rulings/ 302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:ruling GET /rulings/{ruling}/ 302 403 404 404 403 403 403 403 403 403 403 403 403 404 403
cases:ruling POST /rulings/{ruling}/ 302 403 404 404 403 403 403 403 403 403 403 403 403 404 403
cases:admission GET /manage/{unit}/catalogue/admission/ 302 404 200 200 200 404 200 200 200 200 200 404 404 404 404
cases:admit GET /manage/{unit}/catalogue/admission/admit/ 302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:admit POST /manage/{unit}/catalogue/admission/admit/ 302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:admission-end GET /manage/{unit}/catalogue/admission/{admission}/end/ 302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:admission-end POST /manage/{unit}/catalogue/admission/{admission}/end/ 302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:scheme GET /manage/{unit}/catalogue/scheme/ 302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:scheme POST /manage/{unit}/catalogue/scheme/ 302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:category-new GET /manage/{unit}/catalogue/new/?parent={category}                     302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:category-new POST /manage/{unit}/catalogue/new/?parent={category}                    302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:category-change GET /manage/{unit}/catalogue/category/{category}/change/             302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:category-change POST /manage/{unit}/catalogue/category/{category}/change/            302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:rule-add GET /manage/{unit}/catalogue/rules/add/?category={category}                 302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:rule-add POST /manage/{unit}/catalogue/rules/add/?category={category}                302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:rule-change GET /manage/{unit}/catalogue/rules/{rule}/change/                        302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:rule-change POST /manage/{unit}/catalogue/rules/{rule}/change/                       302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:rule-end GET /manage/{unit}/catalogue/rules/{rule}/end/                              302 404 403 403 403 404 403 403 200 403 403 404 404 404 404
cases:rule-end POST /manage/{unit}/catalogue/rules/{rule}/end/                             302 404 403 403 403 404 403 403 422 403 403 404 404 404 404
cases:version-withdraw POST /manage/{unit}/catalogue/versions/{category_version}/withdraw/ 302 404 403 403 403 404 403 403 302 403 403 404 404 404 404
# The clock
notices:deliveries GET /manage/notices/                              302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
notices:retry-all POST /manage/notices/retry/                        302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
notices:send-test POST /manage/notices/test/                         302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
notices:retry-one POST /manage/notices/{notice}/retry/               302 403 403 403 403 403 403 403 404 403 403 403 403 403 403
cases:webhooks GET /manage/webhooks/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-new GET /manage/webhooks/new/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-new POST /manage/webhooks/new/ 302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
cases:webhook-delivery GET /manage/webhooks/deliveries/{webhook_delivery}/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-resend POST /manage/webhooks/deliveries/{webhook_delivery}/resend/ 302 403 403 403 403 403 403 403 409 403 403 403 403 403 403
cases:webhook GET /manage/webhooks/{webhook}/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-edit GET /manage/webhooks/{webhook}/edit/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-edit POST /manage/webhooks/{webhook}/edit/ 302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
cases:webhook-rotate POST /manage/webhooks/{webhook}/secret/ 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
cases:webhook-switch POST /manage/webhooks/{webhook}/switch/ 302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
cases:webhook-test POST /manage/webhooks/{webhook}/test/ 302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
cases:webhook-resend-dead POST /manage/webhooks/{webhook}/resend/ 302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
cases:webhook-replay POST /manage/webhooks/{webhook}/replay/ 302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
api:webhooks GET /api/v1/webhooks/ 401 403 403 403 403 403 403 403 200 403 403 403 403 403 403
api:webhooks POST /api/v1/webhooks/ 401 403 403 403 403 403 403 403 400 403 403 403 403 403 403
deadlines:sweeps GET /manage/sweeps/                                 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:run-sweep POST /manage/sweeps/run/                           302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
# Working calendars: of all units who administers the system; of a unit and those below it who manages its people
deadlines:calendar GET /manage/calendar/                             302 403 403 403 403 403 403 403 200 200 403 403 403 403 403
deadlines:calendar-preview-new POST /manage/calendar/preview/        302 403 403 403 403 403 403 403 200 200 403 403 403 403 403
deadlines:calendar-preview GET /manage/calendar/previews/{preview}/  302 403 403 403 403 403 403 403 200 404 403 403 403 403 403
deadlines:calendar-save POST /manage/calendar/save/                  302 403 403 403 403 403 403 403 302 403 403 403 403 403 403
deadlines:calendar-change GET /manage/calendar/changes/{change}/     302 403 403 403 403 403 403 403 200 200 403 403 403 403 403
deadlines:calendar-undo GET /manage/calendar/changes/{change}/undo/  302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:limits GET /manage/limits/                                 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:policy-add GET /manage/limits/add/                         302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:policy-add POST /manage/limits/add/                        302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:policy-change GET /manage/limits/{policy}/change/          302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:policy-change POST /manage/limits/{policy}/change/         302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:policy-end GET /manage/limits/{policy}/end/                302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:policy-end POST /manage/limits/{policy}/end/               302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:ladders GET /manage/limits/ladders/                        302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:ladder-add GET /manage/limits/ladders/add/                 302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:ladder-add POST /manage/limits/ladders/add/                302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:ladder-change GET /manage/limits/ladders/{ladder}/change/  302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:ladder-change POST /manage/limits/ladders/{ladder}/change/ 302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:ladder-end GET /manage/limits/ladders/{ladder}/end/        302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:ladder-end POST /manage/limits/ladders/{ladder}/end/       302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:presets GET /manage/limits/presets/                        302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:preset-choose GET /manage/limits/presets/station/          302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:preset-choose POST /manage/limits/presets/station/         302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:choice-end GET /manage/limits/choices/{choice}/end/        302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:choice-end POST /manage/limits/choices/{choice}/end/       302 403 403 403 403 403 403 403 422 403 403 403 403 403 403
deadlines:rule-changes GET /manage/limits/changes/                   302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
deadlines:simulate GET /manage/limits/simulate/                      302 403 403 403 403 403 403 403 200 403 403 403 403 403 403
api:limits-simulate GET /api/v1/limits/simulate/?level=street        401 403 403 403 403 403 403 403 200 403 403 403 403 403 403
# Residents
residents:list GET /residents/                                       302 200 200 403 403 403 200 403 403 403 403 200 200 403 403
residents:find POST /residents/find/                                 302 302 302 403 403 403 302 403 403 403 403 302 302 403 403
residents:add GET /residents/add/                                    302 200 200 403 403 403 200 403 403 403 403 200 200 403 403
residents:reveals GET /residents/reveals/                            302 403 403 403 403 403 403 403 403 403 200 403 403 403 403
residents:resident GET /residents/{person}/                          302 200 200 404 404 404 200 404 404 404 404 404 404 404 404
residents:reveal GET /residents/{person}/reveal/                     302 403 403 404 404 404 200 404 404 404 404 404 404 404 404
residents:reveal POST /residents/{person}/reveal/                    302 403 403 404 404 404 200 404 404 404 404 404 404 404 404
residents:move-out POST /residents/residences/{residence}/move-out/  302 422 422 404 404 404 422 404 404 404 404 404 404 404 404
api:residents GET /api/v1/residents/                                 401 200 200 403 403 403 200 403 403 403 403 200 200 403 403
api:residents POST /api/v1/residents/                                401 400 400 403 403 403 400 403 403 403 403 400 400 403 403
api:residents-find POST /api/v1/residents/find/                      401 400 400 403 403 403 400 403 403 403 403 400 400 403 403
api:resident GET /api/v1/residents/{person}/                         401 200 200 404 404 404 200 404 404 404 404 404 404 404 404
api:resident-reveal POST /api/v1/residents/{person}/reveal/          401 403 403 404 404 404 200 404 404 404 404 404 404 404 404
api:residence-move-out POST /api/v1/residences/{residence}/move-out/ 401 400 400 404 404 404 400 404 404 404 404 404 404 404 404
# Cases
cases:dispatch GET /dispatch/                                        302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:dispatch-case GET /dispatch/{case}/                            302 403 200 200 403 403 403 403 403 403 403 403 403 404 403
cases:dispatch-points GET /dispatch/points/                          302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:dispatch-export GET /dispatch/export/                          302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:filters GET /dispatch/filters/                                 302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:filter-save POST /dispatch/filters/save/                       302 403 302 302 403 403 403 403 403 403 403 403 403 302 403
cases:filters-mine GET /dispatch/filters/mine/                       302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:filters-mine POST /dispatch/filters/mine/                      302 403 404 404 403 403 403 403 403 403 403 403 403 404 403
cases:replies GET /dispatch/replies/                                 302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:replies POST /dispatch/replies/                                302 403 422 422 403 403 403 403 403 403 403 403 403 422 403
cases:reply-up POST /dispatch/replies/{reply}/up/                    302 403 404 302 403 403 403 403 403 403 403 403 403 404 403
cases:reply-remove POST /dispatch/replies/{reply}/remove/            302 403 404 302 403 403 403 403 403 403 403 403 403 404 403
cases:batch GET /dispatch/batch/comment/?case={case}:1                302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:batch POST /dispatch/batch/comment/                            302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:list GET /cases/                                               302 200 200 200 200 200 403 200 403 403 403 200 200 200 403
cases:new GET /cases/new/                                            302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:new POST /cases/new/                                           302 403 422 422 403 403 403 403 403 403 403 403 403 422 403
cases:intake-caller POST /cases/new/caller/                          302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:intake-places POST /cases/new/places/                          302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:intake-categories POST /cases/new/categories/                  302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:intake-alike POST /cases/new/alike/                            302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:duplicates GET /cases/duplicates/                              302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:hazards GET /cases/hazards/                                        302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:hazards-export GET /cases/hazards/export/                          302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:publications GET /cases/publications/                              302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:special GET /cases/special/                                        302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:special-export GET /cases/special/export/                          302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:reveals GET /cases/reveals/                                    302 403 403 403 403 403 403 403 403 403 200 403 403 403 403
cases:followed GET /cases/followed/                                  302 403 200 200 403 403 403 403 403 403 403 403 403 200 403
cases:find POST /cases/find/                                         302 302 302 302 302 302 302 302 302 302 302 302 302 302 302
cases:case GET /cases/{case}/                                        302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
cases:sheet GET /cases/{case}/sheet/                                 302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
cases:history-place GET /cases/{case}/history/place/                 302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
cases:history-reporter GET /cases/{case}/history/reporter/           302 403 200 200 403 403 404 403 404 404 404 404 404 404 404
cases:reporter GET /cases/{case}/reporters/{reporter}/               302 403 200 200 403 200 404 403 404 404 404 404 404 404 404
cases:reporter POST /cases/{case}/reporters/{reporter}/              302 403 200 200 403 200 404 403 404 404 404 404 404 404 404
cases:parties GET /cases/{case}/mediations/1/parties/                 302 403 200 200 403 200 404 403 404 404 404 404 404 404 404
cases:parties POST /cases/{case}/mediations/1/parties/                302 403 200 200 403 200 404 403 404 404 404 404 404 404 404
cases:agreement GET /cases/{case}/mediations/1/agreement/             302 403 409 409 403 409 404 403 404 404 404 404 404 404 404
cases:limits GET /cases/{case}/limits/                               302 200 200 200 200 200 404 200 404 404 404 404 404 404 404
cases:attach POST /cases/{case}/photos/                              302 302 302 302 403 302 404 403 404 404 404 404 404 404 404
cases:act GET /cases/{case}/act/comment/                             302 403 200 200 200 403 404 403 404 404 404 404 404 404 404
cases:act POST /cases/{case}/act/supervise/                          302 403 403 302 302 403 404 403 404 404 404 404 404 404 404
cases:cards GET /cards/                                              302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:card GET /cards/{card}/                                        302 403 200 200 200 200 404 200 404 404 404 404 404 404 404
cases:screenings GET /screenings/                                    302 403 200 200 200 403 403 403 403 403 403 403 403 200 403
cases:screenings-export GET /screenings/export/                      302 403 200 200 200 403 403 403 403 403 403 403 403 200 403
cases:screening-return GET /screenings/{screening}/{unit}/           302 404 200 403 403 404 404 403 404 404 404 404 404 404 404
cases:screening-return POST /screenings/{screening}/{unit}/          302 404 422 403 403 404 404 403 404 404 404 404 404 404 404
cases:whistles GET /whistles/                                        302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:archive GET /archive/                                             302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:archive-export GET /archive/export/                               302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:archive-batch POST /archive/batch/                                302 403 302 302 403 403 403 403 403 403 403 403 403 302 403
cases:file GET /cases/{finished}/file/                                  302 200 200 200 200 404 404 200 404 404 404 404 404 404 404
api:special-list GET /api/v1/special-list/                               401 403 200 200 200 200 403 200 403 403 403 403 403 200 403
api:listed-hazards GET /api/v1/listed-hazards/                           401 403 200 200 200 200 403 200 403 403 403 403 403 200 403
api:joint-meetings GET /api/v1/joint-meetings/                           401 403 200 200 200 403 403 200 403 403 403 403 403 200 403
api:joint-meeting-items GET /api/v1/joint-meetings/{meeting}/items/      401 404 404 200 200 404 404 200 404 404 404 404 404 404 404
api:samples GET /api/v1/samples/                                         401 403 403 200 200 403 403 403 403 403 403 403 403 200 403
api:sample-reviews GET /api/v1/samples/{sample}/reviews/                 401 404 404 200 200 404 404 404 404 404 404 404 404 404 404
cases:samples GET /samples/                                              302 403 200 200 200 200 403 200 403 403 403 403 403 200 403
cases:sample-new GET /samples/new/                                       302 403 403 200 200 403 403 403 403 403 403 403 403 200 403
cases:sample-new POST /samples/new/                                      302 403 403 422 422 403 403 403 403 403 403 403 403 422 403
cases:sample GET /samples/{sample}/                                      302 404 404 200 200 404 404 404 404 404 404 404 404 404 404
cases:sample-export GET /samples/{sample}/export/                        302 404 404 200 200 404 404 404 404 404 404 404 404 404 404
cases:spot GET /spot/                                                302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:spot-export GET /spot/export/                                  302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:spot-share POST /spot/shares/                                  302 403 403 422 403 403 403 403 403 403 403 403 403 422 403
cases:spot-draw GET /spot/draws/{spot_draw}/                         302 404 200 200 200 404 404 200 404 404 404 404 404 404 404
cases:follow-ups GET /follow-ups/                                        302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:follow-ups-export GET /follow-ups/export/                          302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:follow-up-share POST /follow-ups/shares/                           302 403 403 422 403 403 403 403 403 403 403 403 403 422 403
cases:follow-up-draw GET /follow-ups/draws/{follow_up_draw}/             302 404 200 200 200 404 404 200 404 404 404 404 404 404 404
cases:follow-up GET /follow-ups/{follow_up}/                             302 403 200 200 200 404 404 200 404 404 404 404 404 404 404
cases:follow-up POST /follow-ups/{follow_up}/                            302 403 302 302 403 404 404 403 404 404 404 404 404 404 404
cases:follow-up-phone POST /follow-ups/{follow_up}/phone/                302 403 200 200 403 404 404 403 404 404 404 404 404 404 404
cases:meetings GET /meetings/                                            302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
cases:meeting-open POST /meetings/open/                                  302 403 403 302 403 403 403 403 403 403 403 403 403 403 403
cases:meeting GET /meetings/{meeting}/                                   302 404 404 200 200 404 404 200 404 404 404 404 404 404 404
cases:meeting-minutes GET /meetings/{meeting}/minutes/                   302 404 404 200 403 404 404 403 404 404 404 404 404 404 404
cases:meeting-minutes POST /meetings/{meeting}/minutes/                  302 404 404 302 403 404 404 403 404 404 404 404 404 404 404
cases:meeting-sheet GET /meetings/{meeting}/sheet/                       302 404 404 200 200 404 404 200 404 404 404 404 404 404 404
cases:desk GET /desk/                                                302 403 200 200 403 200 403 403 403 403 403 403 403 200 403
api:categories GET /api/v1/categories/                               401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:agencies GET /api/v1/agencies/?unit=310106001                    401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:archive GET /api/v1/archive/                                        401 403 200 200 200 403 403 200 403 403 403 403 403 200 403
api:follow-ups GET /api/v1/follow-ups/                                   401 403 200 200 200 403 403 200 403 403 403 403 403 200 403
api:cases GET /api/v1/cases/                                         401 200 200 200 200 200 200 200 200 200 200 200 200 200 200
api:cases POST /api/v1/cases/                                        401 400 400 400 403 403 403 403 403 403 403 400 400 400 403
api:case GET /api/v1/cases/{case}/                                   401 200 200 200 200 200 404 200 404 404 404 404 404 404 404
api:case-events GET /api/v1/cases/{case}/events/                     401 200 200 200 200 200 404 200 404 404 404 404 404 404 404
api:case-attachments POST /api/v1/cases/{case}/attachments/          401 400 400 400 403 400 404 403 404 404 404 404 404 404 404
api:case-action POST /api/v1/cases/{case}/supervise/                 401 403 403 200 200 403 404 403 404 404 404 404 404 404 404
# The phone: for those who keep logs
field:today GET /field/                                              302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
field:report GET /field/report/                                      302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
field:report POST /field/report/                                     302 422 422 403 403 403 403 403 403 403 403 422 422 403 403
field:categories GET /field/categories/                              302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
field:case GET /field/cases/{case}/                                  302 200 200 403 403 403 403 403 403 403 403 404 404 403 403
field:settle POST /field/cases/{case}/settle/                        302 422 422 403 403 403 403 403 403 403 403 404 404 403 403
field:dissuade POST /field/cases/{case}/dissuade/                    302 422 422 403 403 403 403 403 403 403 403 404 404 403 403
field:presence POST /field/cases/{case}/presence/                    302 409 403 403 403 403 403 403 403 403 403 404 404 403 403
field:log GET /field/log/                                            302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
field:log-file POST /field/log/file/                                 302 400 400 403 403 403 403 403 403 403 403 400 400 403 403
field:entry-add POST /field/log/entries/                             302 422 422 403 403 403 403 403 403 403 403 422 422 403 403
field:entry-remove POST /field/log/entries/{entry}/remove/           302 409 404 403 403 403 403 403 403 403 403 404 404 403 403
field:entry-case GET /field/log/entries/{entry}/case/                302 200 404 403 403 403 403 403 403 403 403 404 404 403 403
field:verify GET /field/verify/                                      302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
field:verify-case GET /field/verify/{case}/                          302 200 200 403 403 403 403 403 403 403 403 404 404 403 403
field:me GET /field/me/                                              302 200 200 403 403 403 403 403 403 403 403 200 200 403 403
# Logs
inspections:logs GET /inspections/logs/                              302 200 200 200 200 403 403 200 403 403 403 200 200 200 403
inspections:log GET /inspections/logs/{log}/                         302 200 200 200 200 404 404 200 404 404 404 404 404 404 404
inspections:review POST /inspections/logs/{log}/review/              302 403 302 403 302 404 404 403 404 404 404 404 404 404 404
api:logs GET /api/v1/logs/                                           401 200 200 200 200 403 403 200 403 403 403 200 200 200 403
api:logs POST /api/v1/logs/                                          401 400 400 403 403 403 403 403 403 403 403 400 400 403 403
api:log GET /api/v1/logs/{log}/                                      401 200 200 200 200 404 404 200 404 404 404 404 404 404 404
# Scores
assessment:leaders GET /leaders/                                     302 403 200 200 200 403 403 200 403 403 403 403 403 200 403
assessment:run POST /leaders/run/                                    302 404 404 404 403 404 404 302 403 403 403 404 404 404 404
assessment:advance POST /leaders/periods/{period}/seal/              302 404 403 403 403 404 404 302 404 404 404 404 404 403 404
assessment:score GET /leaders/scores/{score}/                        302 403 200 200 200 404 403 200 403 403 403 404 404 404 404
assessment:number GET /leaders/scores/{score}/on_time/               302 403 200 200 200 404 403 200 403 403 403 404 404 404 404
api:score-list GET /api/v1/scores/?period=2026-03&kind=grid          401 403 200 200 200 403 403 200 403 403 403 403 403 200 403
api:score GET /api/v1/scores/{score}/                                401 403 200 200 200 404 403 200 403 403 403 404 404 404 404
api:score-rows GET /api/v1/scores/{score}/rows/?indicator=on_time    401 403 200 200 200 404 403 200 403 403 403 404 404 404 404
"""
