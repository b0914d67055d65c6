"""The panel as text, for the values in `display_values`."""

from __future__ import annotations

AT_80 = {
    "usual": """\
classify.csv -> labels.csv   openai/gpt-oss-20b                         00:07:12
━━━━━━━━━━━━━━━━━━━━━━━━━━━━──────────────────   61 %  30,512 / 50,000  4 failed
 RPM  ━━━━━━╾─────────      412 of   1,000 a minute  learned
 RPD  ━━╾─────────────   81,204 of 500,000 a day
 TPM  ━━━━━━━━━━━━━━━╾  248,900 of 250,000 a minute           <- waiting on this
 left       00:04:36    in flight  18          cost           $1.84 of $3.02
 429s       1           retried    3           cached tokens  22 %
""",
    "start": """\
classify.csv -> labels.csv   openai/gpt-oss-20b                         00:00:00
──────────────────────────────────────────────    0 %       0 / 50,000  0 failed
 left       unknown     in flight  1           cost           $0.00
 429s       0           retried    0           cached tokens  0 %
""",
    "million": """\
s3://a-bucket-with-a-long-n… -> s3://labels/out.parquet   gpt-oss-20b  2 d 04:46
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╾   99 %    999,912 / 1,000,000  1,000 failed
 RPM  ━━━─────          412 of       1,000 a minute  learned
 RPD  ━───────       81,204 of     500,000 a day
 TPM  ━━━━━━━╾      248,900 of     250,000 a minute           <- waiting on this
 TPD  ━━━━━━━━  500,000,123 of 500,000,000 a day     learned
 left       2 d 07:33   in flight  18          cost           $1,234 of $12,346
 429s       1           retried    3           cached tokens  22 %
 resumed    400,000     truncated  12
""",
    "unknown_total": """\
classify.csv -> labels.csv   openai/gpt-oss-20b                         00:07:12
─────────────────────────────────────────────────────     30,508 items  0 failed
 RPM  ━━━━━━╾─────────      412 of   1,000 a minute  learned
 RPD  ━━╾─────────────   81,204 of 500,000 a day
 TPM  ━━━━━━━━━━━━━━━╾  248,900 of 250,000 a minute           <- waiting on this
 left       unknown     in flight  18          cost           $1.84
 429s       1           retried    3           cached tokens  22 %
""",
    "no_items": """\
classify.csv -> labels.csv   openai/gpt-oss-20b                         00:00:00
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %  0 / 0  0 failed
 left       00:00:00    in flight  0           cost           unknown
 429s       0           retried    0           cached tokens  0 %
""",
    "day_limit": """\
classify.csv -> labels.csv   openai/gpt-oss-20b                         00:07:12
━━━━━━━━━━━━━━━━━━━━━━━━━━━━──────────────────   61 %  30,512 / 50,000  4 failed
 RPM  ────────────────        0 of      30 a minute  learned
 TPM  ━───────────────      400 of   6,000 a minute
 TPD  ━━━━━━━━━━━━━━━━  100,200 of 100,000 a day     learned  <- waiting on this
 left       2 d 04:00   in flight  18          cost           $1.84 of $3.02
 429s       1           retried    3           cached tokens  22 %
 TPD of 100,000 is used up; continues at 69 tokens a minute, done in 2 d 4 h
""",
    "audio": """\
レビュー/*.mp3 -> 字幕.jsonl   whisper-large-v3-turbo                   00:07:12
━━━━━━━━━━━━━━━━────────────────────────────────────   31 %  124 / 400  4 failed
 RPM   ━━╾────────────────      3 of    20 a minute
 ASPH  ━━━━━━━━━━━━━━━━━━╾  7,019 of 7,200 an hour   learned  <- waiting on this
 left       00:04:36    in flight  18          cost           $1.84 of $3.02
 429s       1           retried    3           audio          01:56:40
""",
}

NARROW = {
    ("usual", 60, "utf-8"): """\
classify.csv -> labels.csv   openai/gpt-oss-20b     00:07:12
━━━━━━━━━━━━━━━╾──────────   61 %  30,512 / 50,000  4 failed
 RPM  ━━━━━────────      412 of   1,000 a minute
 RPD  ━━───────────   81,204 of 500,000 a day
 TPM  ━━━━━━━━━━━━╾  248,900 of 250,000 a minute  <- waiting
 left       00:04:36    cost           $1.84 of $3.02
 in flight  18          429s           1
 retried    3           cached tokens  22 %
""",
    ("usual", 40, "utf-8"): """\
classify.csv -> labels.csv      00:07:12
━━━━━━━━━━━━━━━━━━━━━━━━────────────────
 61 %  30,512 / 50,000  4 failed
 RPM  ━━━━──────      412 of   1,000
 RPD  ━╾────────   81,204 of 500,000
 TPM  ━━━━━━━━━╾  248,900 of 250,000  <-
 left           00:04:36
 in flight      18
 cost           $1.84 of $3.02
 429s           1
 retried        3
 cached tokens  22 %
""",
    ("million", 40, "utf-8"): """\
s3://a-bucket-…ls/out.parquet  2 d 04:46
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╾
99 %    999,912 / 1,000,000
1,000 failed
 RPM          412 of       1,000
 RPD       81,204 of     500,000
 TPM      248,900 of     250,000  <-
 TPD  500,000,123 of 500,000,000
 left           2 d 07:33
 in flight      18
 cost           $1,234 of $12,346
 429s           1
 retried        3
 cached tokens  22 %
 resumed        400,000
 truncated      12
""",
    ("day_limit", 26, "utf-8"): """\
classify…els.csv  00:07:12
━━━━━━━━━━━━━━━╾──────────
61 %  30,512 / 50,000
4 failed
 RPM      0 of    30
 TPM    400 of    6K
 TPD   100K of  100K  <-
 left           2 d 04:00
 in flight      18
 cost           $1.84
 429s           1
 retried        3
 cached tokens  22 %
 TPD of 100,000 is used
 up; continues at 69
 tokens a minute, done in
 2 d 4 h
""",
    ("usual", 100, "utf-8"): """\
classify.csv -> labels.csv   openai/gpt-oss-20b                                             00:07:12
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━──────────────────────────   61 %  30,512 / 50,000  4 failed
 RPM  ━━━━━━━━━━━━━───────────────────      412 of   1,000 a minute  learned
 RPD  ━━━━━───────────────────────────   81,204 of 500,000 a day
 TPM  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╾  248,900 of 250,000 a minute           <- waiting on this
 left       00:04:36    in flight  18          cost           $1.84 of $3.02
 429s       1           retried    3           cached tokens  22 %
""",
    ("million", 80, "ascii"): """\
s3://a-bucket-with-a-long-...-> s3://labels/out.parquet   gpt-oss-20b  2 d 04:46
###################################.   99 %    999,912 / 1,000,000  1,000 failed
 RPM  ###.....          412 of       1,000 a minute  learned
 RPD  #.......       81,204 of     500,000 a day
 TPM  #######.      248,900 of     250,000 a minute           <- waiting on this
 TPD  ########  500,000,123 of 500,000,000 a day     learned
 left       2 d 07:33   in flight  18          cost           $1,234 of $12,346
 429s       1           retried    3           cached tokens  22 %
 resumed    400,000     truncated  12
""",
    ("audio", 80, "ascii"): """\
\\u30ec\\u30d3\\u30e5\\u3...-> \\u5b57\\u5e55.jsonl   whisper-large-v3-turbo  00:07:12
################....................................   31 %  124 / 400  4 failed
 RPM   ##.................      3 of    20 a minute
 ASPH  ##################.  7,019 of 7,200 an hour   learned  <- waiting on this
 left       00:04:36    in flight  18          cost           $1.84 of $3.02
 429s       1           retried    3           audio          01:56:40
""",
}
