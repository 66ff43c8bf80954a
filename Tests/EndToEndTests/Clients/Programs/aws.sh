# The aws CLI's transcript against moto: aws.sh ENDPOINT PYTHON
set -e
export AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1 AWS_CONFIG_FILE=$PWD/config AWS_PAGER= \
    AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1
aws() { "$python" -m awscli --endpoint-url "$endpoint" "$@"; }
endpoint=$1 python=$2
printf '[default]\ns3 =\n  addressing_style = path\n' >config
head -c 20000000 /dev/zero | tr '\0' a >volume
aws s3 mb s3://archive
# Above 8 MB the CLI sends parts, ten at a time, and fetches ranges.
aws s3 cp --no-progress volume s3://archive/volume
aws s3 cp --no-progress s3://archive/volume copy
sha256sum <copy
echo one | aws s3 cp - s3://archive/small
aws s3 cp s3://archive/small -
aws s3api list-objects-v2 --bucket archive --query 'Contents[].[Key,Size,ETag]' --output text
aws dynamodb create-table --table-name books --attribute-definitions AttributeName=id,AttributeType=S \
    --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST --query TableDescription.TableId --output text
aws dynamodb put-item --table-name books --item '{"id": {"S": "1"}, "title": {"S": "Ω"}}'
aws dynamodb get-item --table-name books --key '{"id": {"S": "1"}}' --output json
aws sqs create-queue --queue-name orders --output text
aws s3 rm s3://archive/none || echo "exit $?"
aws s3api head-object --bucket archive --key none 2>&1 | grep -o '(404).*'
