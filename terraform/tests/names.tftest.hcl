# Two lakes, environments or regions share no name. That a lake of 0.1.0 keeps its names is a rule in defaults.tftest.hcl.
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
    error_message = "Roles differ by region, databases by environment."
  }

  assert {
    condition = toset([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.properties.metrics[0][0] if widget.type == "metric"]) == toset([
      "AWS/Athena", "AWS/DynamoDB", "AWS/Glue", "AWS/Lambda", "AWS/S3", "AWS/SQS", "AWS/States",
    ])
    error_message = "The dashboard shows every service that the lake works with."
  }

  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.properties.query if widget.type == "log"] == [
      "SOURCE '${aws_cloudwatch_log_group.jobs["output"].name}' | filter message = 'glue run ended' | stats sum(dpu_hours) as dpu_hours by bin(1d)",
    ] && module.job["merge_curated"].arguments["--HEADGATE_DPUS"] == "2"
    error_message = "The dashboard shows the DPU-hours of the jobs, which know their capacity."
  }

  assert {
    condition     = aws_cloudwatch_dashboard.this[0].dashboard_name == "headgate-ecommerce-prod-ap-southeast-2" && aws_budgets_budget.monthly["monthly"].name == "headgate-ecommerce-prod-ap-southeast-2-monthly"
    error_message = "Dashboards and budgets, which have no region of their own, differ by region."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.console.name == "headgate-ecommerce-prod-console-ap-southeast-2" && aws_cloudfront_response_headers_policy.console.name == "headgate-ecommerce-prod-console-ap-southeast-2"
    error_message = "CloudFront's settings, which have no region of their own, differ by region."
  }
}
