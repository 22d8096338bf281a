"""AWS's own client for tests: one call for each line of JSON that comes in, one line of JSON for each answer.

It knows from AWS's service models what each call takes, and refuses the rest before it is sent.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError, ParamValidationError

ENDPOINT, REGION = sys.argv[1:]
NOBODY = {"accessKeyId": "test", "secretAccessKey": "test"}
clients = {}


def client_of(service, identity):
    key = (service, identity["accessKeyId"])
    if key not in clients:
        clients[key] = boto3.client(
            service,
            endpoint_url=ENDPOINT,
            region_name=REGION,
            aws_access_key_id=identity["accessKeyId"],
            aws_secret_access_key=identity["secretAccessKey"],
            aws_session_token=identity.get("sessionToken"),
        )
    return clients[key]


def answer(call):
    try:
        operation = getattr(client_of(call["service"], call.get("as") or NOBODY), call["operation"])
        return {"value": operation(**call["params"])}
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    except (ParamValidationError, AttributeError) as error:
        return {"code": type(error).__name__, "message": str(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
