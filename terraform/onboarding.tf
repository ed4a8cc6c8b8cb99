# Records that are created row by row (docs/use/uploading.md): a table, a function that applies the contracts, and a GraphQL API in front.
# build/graphql.json has the schema and its fields, generated from the contracts that state headgate.model; without any there is nothing here.
locals {
  graphql_file    = "${local.build_dir}/graphql.json"
  graphql         = fileexists(local.graphql_file) ? jsondecode(file(local.graphql_file)) : { schema = "", fields = [] }
  graphql_enabled = length(local.graphql.fields) > 0
  graphql_fields  = { for field in local.graphql.fields : "${field.type}.${field.name}" => field }
  # One instance where there are models, by what it is.
  onboarding = toset(local.graphql_enabled ? ["records"] : [])

  records_function    = "${local.lake}-records"
  records_environment = { for key in local.onboarding : "HEADGATE_RECORDS_TABLE" => aws_dynamodb_table.records[key].name }
}

resource "aws_dynamodb_table" "records" {
  for_each = local.onboarding

  name         = "${local.lake}-records"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "record_model"
  range_key    = "record_id"

  attribute {
    name = "record_model"
    type = "S"
  }

  attribute {
    name = "record_id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.lake.arn
  }

  deletion_protection_enabled = !local.force_destroy
}

data "aws_iam_policy_document" "records" {
  for_each = local.onboarding

  statement {
    sid       = "KeepRecords"
    actions   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"]
    resources = [aws_dynamodb_table.records[each.key].arn]
  }

  statement {
    sid       = "ReadMaskingKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.masking_key.arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.lake.arn]
  }

  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.records[each.key].arn}:*"]
  }
}

resource "aws_cloudwatch_log_group" "records" {
  for_each = local.onboarding

  name              = "/aws/lambda/${local.records_function}"
  retention_in_days = var.log_retention_days
}

module "records_role" {
  source   = "./modules/role"
  for_each = local.onboarding

  settings          = local.role_settings
  name              = "${local.records_function}-function"
  service           = "lambda"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.records[each.key].json
}

resource "aws_lambda_function" "records" {
  for_each = local.onboarding

  function_name    = local.records_function
  description      = "Resolves the fields of the GraphQL API of records"
  role             = module.records_role[each.key].arn
  runtime          = "python3.11"
  architectures    = ["x86_64"]
  handler          = "handler.handler"
  s3_bucket        = local.function_code[each.key].bucket
  s3_key           = local.function_code[each.key].key
  source_code_hash = local.function_code[each.key].sha256
  memory_size      = 1769 # one vCPU: a cold start is processor time
  timeout          = 30   # AppSync gives a resolver 30 s
  layers           = values(local.layer_arns)

  environment {
    variables = merge(local.environment, local.records_environment)
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.records[each.key].name
  }
}

# Programs call with the API key, or with IAM where their rights are to be narrower than all fields. People come with a token of the
# user pool; the schema states which of their groups may read and write.
resource "aws_appsync_graphql_api" "records" {
  for_each = local.onboarding

  name                = "${local.lake}-records"
  authentication_type = "AMAZON_COGNITO_USER_POOLS"
  schema              = local.graphql.schema

  user_pool_config {
    user_pool_id        = aws_cognito_user_pool.this.id
    app_id_client_regex = aws_cognito_user_pool_client.console.id
    default_action      = "ALLOW" # the groups stand in the schema, and the function checks them again
  }

  additional_authentication_provider {
    authentication_type = "API_KEY"
  }

  additional_authentication_provider {
    authentication_type = "AWS_IAM"
  }
}

resource "aws_appsync_api_key" "records" {
  for_each = local.onboarding

  api_id      = aws_appsync_graphql_api.records[each.key].id
  description = "Programs that create records"
  expires     = var.graphql_key_expires
}

data "aws_iam_policy_document" "call_records" {
  for_each = local.onboarding

  statement {
    sid       = "ResolveFields"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.records[each.key].arn]
  }
}

module "records_api_role" {
  source   = "./modules/role"
  for_each = local.onboarding

  settings          = local.role_settings
  name              = "${local.records_function}-api"
  service           = "appsync"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.call_records[each.key].json
}

resource "aws_appsync_datasource" "records" {
  for_each = local.onboarding

  api_id           = aws_appsync_graphql_api.records[each.key].id
  name             = "records"
  type             = "AWS_LAMBDA"
  service_role_arn = module.records_api_role[each.key].arn

  lambda_config {
    function_arn = aws_lambda_function.records[each.key].arn
  }
}

resource "aws_appsync_resolver" "records" {
  for_each = local.graphql_fields

  api_id      = aws_appsync_graphql_api.records["records"].id
  type        = each.value.type
  field       = each.value.name
  data_source = aws_appsync_datasource.records["records"].name
}
