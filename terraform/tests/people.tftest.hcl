# Roles of people, and the record of who read what.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mocked" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mocked" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:headgate-alerts" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:123456789012:mocked" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:function:mocked" }
  }

  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:layer:mocked:1" }
  }

  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:us-east-1:123456789012:stateMachine:headgate-curated_to_prod" }
  }

  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "us-east-1_mocked"
      endpoint = "cognito-idp.us-east-1.amazonaws.com/us-east-1_mocked"
    }
  }

  mock_resource "aws_apigatewayv2_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:123456789012:mocked" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:mocked" }
  }
}

variables {
  platform  = "aws"
  build_dir = "tests/fixtures/built"
}

run "people_may_do_their_job_and_no_more" {
  command = apply

  variables {
    audit_trail = true
    people = {
      uploader = ["arn:aws:iam::123456789012:user/ana"]
      analyst  = ["arn:aws:iam::123456789012:user/ana"]
      operator = ["arn:aws:iam::123456789012:user/ana"]
      auditor  = ["arn:aws:iam::123456789012:user/ana"]
    }
  }

  assert {
    condition     = toset(keys(aws_iam_role.people)) == toset(["uploader", "analyst", "operator", "auditor"])
    error_message = "Each role that somebody may assume exists."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.people["uploader"].statement : !contains(statement.actions, "s3:GetObject")
    ])
    error_message = "An uploader reads no object."
  }

  assert {
    condition = alltrue(flatten([
      for role in ["analyst", "auditor"] : [
        for statement in data.aws_iam_policy_document.people[role].statement : [
          for resource in statement.resources : !startswith(resource, module.bucket["raw"].arn) && !startswith(resource, module.bucket["quarantine"].arn)
        ]
      ]
    ]))
    error_message = "Analysts and auditors read neither originals nor refused rows."
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.personal_data["0"].statement : statement.resources if statement.effect == "Deny"
    ] == [toset(["${module.bucket["curated"].arn}/snapshots/customers/*"])]
    error_message = "Analysts read no table with names or e-mail addresses."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.people["analyst"].statement : alltrue([
        for resource in statement.resources : !startswith(resource, "${module.bucket["athena_results"].arn}/") || endswith(resource, "/analysts/*")
      ])
    ]) && aws_athena_workgroup.this["analysts"].name == "headgate-analysts"
    error_message = "Analysts do not read the answers of others."
  }

  assert {
    condition = alltrue(flatten([
      for statement in data.aws_iam_policy_document.people["auditor"].statement : [
        for action in statement.actions : length(regexall(":(Get|List|Describe|Query|Scan|Filter|Decrypt)", action)) > 0
      ]
    ]))
    error_message = "An auditor changes nothing."
  }

  assert {
    condition = alltrue(flatten([
      for role, document in data.aws_iam_policy_document.people : [
        for statement in document.statement : [for action in statement.actions : role == "operator" || !startswith(action, "secretsmanager:")]
      ]
    ]))
    error_message = "Of all people only operators read the masking key."
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_query_definition.this : length(query.log_group_names) > 0]) && length(aws_cloudwatch_query_definition.this) > 0
    error_message = "The saved queries ask the lake's logs."
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.trail["objects"].rule[0].default_retention[0].days == 365 && aws_cloudtrail.objects["objects"].enable_log_file_validation
    error_message = "The trail is kept for a year, and a change of it shows."
  }
}

run "analysts_see_personal_data_where_that_is_stated" {
  command = apply

  variables {
    analysts_see_personal_data = true
    people                     = { analyst = ["arn:aws:iam::123456789012:user/ana"] }
  }

  assert {
    condition     = length(data.aws_iam_policy_document.personal_data) == 0
    error_message = "Nothing is hidden."
  }
}

# 401 tables with a column about a person.
run "more_hidden_tables_than_the_policies_of_an_analyst_hold_are_refused" {
  command = plan

  variables {
    build_dir = "tests/fixtures/built_personal"
    systems   = []
    people    = { analyst = ["arn:aws:iam::123456789012:user/ana"] }
  }

  expect_failures = [aws_iam_role.people]
}
