"""A program that uses S3 and SQS: one line per call, with what the client library made of the answer."""
import json, sys, boto3
from botocore.config import Config
from botocore.exceptions import ClientError

settings = dict(
    endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE",
    aws_secret_access_key="example", config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}))
s3, sqs = boto3.client("s3", **settings), boto3.client("sqs", **settings)


def call(client, operation, **arguments):
    try:
        answer = getattr(client, operation)(**arguments)
    except ClientError as error:
        answer = error.response
    if hasattr(answer.get("Body"), "read"):
        answer["Body"] = answer["Body"].read().decode("latin-1")
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    for name in [name for name in headers if name.startswith("understudy-") or name == "connection"]:
        del headers[name]
    print(operation, json.dumps(answer, default=str, sort_keys=True))
    return answer


call(s3, "create_bucket", Bucket="library")
call(s3, "list_buckets")
for number in range(5):
    call(s3, "put_object", Bucket="library", Key=f"books/{number}.txt", Body=f"volume {number}\n".encode() * 100)
call(s3, "put_object", Bucket="library", Key="raw", Body=bytes(range(256)), ContentType="application/octet-stream", Metadata={"shelf": "3"})
call(s3, "put_object", Bucket="library", Key="large", Body=b"0123456789abcdef" * 100_000)
call(s3, "head_object", Bucket="library", Key="raw")
call(s3, "get_object", Bucket="library", Key="raw")
call(s3, "get_object", Bucket="library", Key="large")
call(s3, "get_object", Bucket="library", Key="raw", Range="bytes=10-19")
call(s3, "get_object", Bucket="library", Key="missing")
token = {}
while True:
    page = call(s3, "list_objects_v2", Bucket="library", MaxKeys=3, **token)
    if not page.get("IsTruncated"):
        break
    token = {"ContinuationToken": page["NextContinuationToken"]}
call(s3, "copy_object", Bucket="library", Key="copy", CopySource={"Bucket": "library", "Key": "raw"})
call(s3, "put_object_tagging", Bucket="library", Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
call(s3, "get_object_tagging", Bucket="library", Key="copy")
call(s3, "delete_objects", Bucket="library", Delete={"Objects": [{"Key": "books/0.txt"}, {"Key": "books/1.txt"}]})
call(s3, "list_objects_v2", Bucket="library", Prefix="books/")
queue = call(sqs, "create_queue", QueueName="orders")["QueueUrl"]
for number in range(3):
    call(sqs, "send_message", QueueUrl=queue, MessageBody=f"order {number}")
for _ in range(4):
    for message in call(sqs, "receive_message", QueueUrl=queue).get("Messages", []):
        call(sqs, "delete_message", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
call(sqs, "get_queue_attributes", QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
call(s3, "delete_bucket", Bucket="library")
