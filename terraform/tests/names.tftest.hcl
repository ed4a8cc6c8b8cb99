# Two lakes, environments or regions share no name; a lake of 0.1.0 keeps each of its names.
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
}

variables {
  platform  = "aws"
  build_dir = "tests/fixtures/built"
}

run "a_lake_of_0_1_0_keeps_its_names" {
  command = plan

  assert {
    condition = { for zone, name in local.bucket_names : zone => name } == {
      staging                 = "ecommerce-staging-123456789012"
      raw                     = "ecommerce-raw-123456789012"
      curated                 = "ecommerce-curated-123456789012"
      quarantine              = "ecommerce-quarantine-123456789012"
      artifacts               = "ecommerce-artifacts-123456789012"
      athena_results          = "ecommerce-athena-results-123456789012"
      market-intelligence-hub = "market-intelligence-hub-prod-123456789012"
      demand-insights-engine  = "demand-insights-engine-prod-123456789012"
      compliance-guardian     = "compliance-guardian-prod-123456789012"
      global-market-pulse     = "global-market-pulse-prod-123456789012"
      retail-copilot          = "retail-copilot-prod-123456789012"
      console                 = "ecommerce-console-123456789012"
    }
    error_message = "A bucket would be replaced."
  }

  assert {
    condition     = local.lake == "headgate" && local.role_suffix == "" && aws_glue_catalog_database.this["curated"].name == "ecommerce_curated"
    error_message = "A table, key, role or database would be replaced."
  }
}

run "full_names_hold_lake_environment_and_region" {
  command = plan

  variables {
    full_names  = true
    environment = "prod"
    region      = "ap-southeast-2"
  }

  assert {
    condition     = module.bucket["raw"].name == "ecommerce-prod-raw-ap-southeast-2-123456789012" && aws_dynamodb_table.files.name == "headgate-ecommerce-prod-files"
    error_message = "Buckets and tables say whose they are."
  }

  assert {
    condition     = alltrue([for name in values(local.bucket_names) : length(name) <= 63]) && length(toset(values(local.bucket_names))) == 12
    error_message = "No bucket's name is too long, and none appears twice."
  }

  assert {
    condition     = module.pipeline_machine_role.name == "headgate-ecommerce-prod-curated_to_prod-machine-ap-southeast-2" && aws_glue_catalog_database.this["prod"].name == "ecommerce_prod_prod"
    error_message = "Roles are told apart by region, databases by environment."
  }
}
