"""An adapter as a process beside its agency's system: what comes in, what goes out, and the store between.

`store`, with `inbox`, `parts`, `outbox`, `releases`: everything durable, in one SQLite file.
`folder_in`, `hook`, `topic_in`: where native payloads come from. `inbound`: from payload to submissions.
`sending`: submissions to the hub, refusals back. `receiving`, `handing`: releases from the hub to the native system,
by `http_out` or `folder_out`; `receipts`: the agency's word on what it really holds.
`process`: all of it together. `status`: what an operator sees.
"""
