"""What the query side gives to pandas and to polars."""

import sys

import lynex_sdk

client = lynex_sdk.Client()
frames = client.events(tag=sys.argv[1], fields="body")
pandas, polars, arrow = frames.to_pandas(), frames.to_polars(), frames.to_arrow()
assert len(pandas) == polars.height == arrow.num_rows == 250, (len(pandas), polars.height, arrow.num_rows)
assert sorted(pandas["body.data.number"]) == sorted(polars["body.data.number"]) == list(range(250)), pandas.columns
print(pandas.columns.tolist())
