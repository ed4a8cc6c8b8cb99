# Deployments that could not work are refused before anything is created.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-cn" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  platform  = "aws"
  build_dir = "tests/fixtures/built"
}

run "a_region_of_another_partition_is_refused" {
  command = plan

  plan_options {
    target = [aws_kms_key.lake]
  }

  expect_failures = [aws_kms_key.lake]
}
