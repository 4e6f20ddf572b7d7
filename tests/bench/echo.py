"""The bare thing beside the REST budget: a FastAPI application that gives a JSON body back, and does nothing else."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.put("/echo")
async def echo(body: dict[str, Any]) -> dict[str, Any]:
    """The body again."""
    return body


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
