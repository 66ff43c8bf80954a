"""boto3's transcript against moto: aws.py ENDPOINT. One line per call, with what the library made of the answer."""
import hashlib, io, json, sys, boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

settings = dict(
    endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example",
    config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}))
s3, sqs, table = (boto3.client(name, **settings) for name in ("s3", "sqs", "dynamodb"))


def call(client, operation, **arguments):
    try:
        answer = getattr(client, operation)(**arguments)
    except ClientError as error:
        answer = error.response
    if hasattr(answer.get("Body"), "read"):
        answer["Body"] = answer["Body"].read().decode("latin-1")
    fields = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    for name in [name for name in fields if name.startswith("understudy-") or name in ("connection", "via")]:
        del fields[name]
    print(operation, json.dumps(answer, default=str, sort_keys=True), flush=True)
    return answer


call(s3, "create_bucket", Bucket="library")
call(s3, "put_object", Bucket="library", Key="raw", Body=bytes(range(256)), Metadata={"shelf": "3"})
call(s3, "get_object", Bucket="library", Key="raw")
call(s3, "get_object", Bucket="library", Key="raw", Range="bytes=10-19")
call(s3, "get_object", Bucket="library", Key="missing")
# In parts of 5 MB, four at a time, and back by ranges.
large = b"0123456789abcdef" * 1_000_000
config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)
s3.upload_fileobj(io.BytesIO(large), "library", "large", Config=config)
found = io.BytesIO()
s3.download_fileobj("library", "large", found, Config=config)
print("large came back", hashlib.sha256(found.getvalue()).hexdigest(), found.getvalue() == large)
call(s3, "head_object", Bucket="library", Key="large")
call(s3, "list_objects_v2", Bucket="library")
call(s3, "delete_objects", Bucket="library", Delete={"Objects": [{"Key": "raw"}]})
call(s3, "list_objects_v2", Bucket="library")

queue = call(sqs, "create_queue", QueueName="orders")["QueueUrl"]
queue = sys.argv[1] + "/" + queue.split("/", 3)[3]
for number in range(3):
    call(sqs, "send_message", QueueUrl=queue, MessageBody=f"order {number}")
for _ in range(4):
    for message in call(sqs, "receive_message", QueueUrl=queue).get("Messages", []):
        call(sqs, "delete_message", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

# All of these are POST /, told apart by X-Amz-Target and body; describe, scan and delete have the same body.
call(table, "create_table", TableName="books", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
     AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
call(table, "describe_table", TableName="books")
for number in range(3):
    call(table, "put_item", TableName="books", Item={"id": {"S": str(number)}, "title": {"S": f"Band {number} Ω"}})
    call(table, "scan", TableName="books")
call(table, "get_item", TableName="books", Key={"id": {"S": "1"}})
call(table, "query", TableName="books", KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": "2"}})
call(table, "update_item", TableName="books", Key={"id": {"S": "1"}}, UpdateExpression="SET title = :t", ExpressionAttributeValues={":t": {"S": "new"}})
call(table, "get_item", TableName="books", Key={"id": {"S": "1"}})
call(table, "delete_item", TableName="books", Key={"id": {"S": "9"}}, ConditionExpression="attribute_exists(id)")
call(table, "delete_table", TableName="books")
