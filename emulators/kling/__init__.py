"""A stand-in for Kling's image-to-video: both generations of the API, real videos, callbacks, scripted failures.

The API: POST /image-to-video/{model}, GET and POST /tasks; POST and GET /v1/videos/image2video, GET of one by its id.
Results lie under /files/. A picture given as an address is not fetched: such a task is made, and fails.

POST /control/scenario {"rules": [{"kind": …, "stage": …}, …]}
    Each rule is used `times` (1; null: until cleared), in order, one for each stage. Filters: model, prompt_contains,
    external_id, and status for callbacks. Without a stage a kind belongs to the first stage below that knows it.
    create    "1303" or another code of the table, retired (404), discontinued (400), drop, html-502: no task is made.
              slow, stall, truncate, garbage, drop_reply: one is. `made` turns either round, as in
              {"kind": "5000", "made": true}. early: the answer waits, at most `seconds` (10), until the callback of
              `status` (submitted) was taken.
    task      ok, risk, bad-input, fail (`message`), each after `seconds`; hang (in processing) and stuck (in submitted)
              for ever, or for `seconds`. `canned`: the ready clip.
    link      other-host, private, no-output, url (`url`, in which {task} stands for the id).
    file      403, 404, 410, 500, 503, redirect (`url`), not-video, shorter, longer, no-length, huge (`mib`),
              drip (`seconds`).
    callback  lost, duplicate, late (`seconds`), replay (the same again after `seconds`), forged, unsigned,
              old (signed `seconds` ago).
    query     a code of the table, drop, slow, stall, truncate, garbage, html-502, empty, stale (one state behind),
              unknown-status.
DELETE /control/scenario
POST /control/settings {…}: what settings.Settings names.
POST /control/reset: everything but the numbers of calls and tasks is forgotten.
GET /control/calls?since=n: what was received (method, path, external_ids, task_ids, batch, status, code); no pictures.
GET /control/calls/{n}/body
GET /control/callbacks: what was sent, and the status it was answered with (0: nobody there, null: lost on purpose).
GET /control/tasks: how each stands. GET /control/submits: how often each external id was asked for, and made.
POST /control/tasks/{id or external id} {"do": …}
    finish, fail (`message`): now or in `seconds`; hang: until told; clear: the file is gone; claim: a callback that
    speaks of `status`, true or not, signed as `kind` says (ok, forged, unsigned, old).
"""
