"""Runs a notebook of four cells in a kernel of its own, as Jupyter does."""

import sys

import nbformat
from nbclient import NotebookClient

CELLS = [
    "import asyncio, lynex_sdk\nlynex_sdk.init(flush_interval=60)",
    "@lynex_sdk.trace('cell')\nasync def work(n):\n"
    "    await asyncio.sleep(0)\n    lynex_sdk.custom('answered', {'n': n}, tags=[%r])",
    "await asyncio.gather(*(work(n) for n in range(20)))",
    "lynex_sdk.init(flush_interval=60)\nawait work(20)",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
notebook.cells[1].source %= sys.argv[1]
NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
printed = [output for cell in notebook.cells for output in cell.outputs if output.output_type != "execute_result"]
assert not printed, printed
