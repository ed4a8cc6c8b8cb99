# What bounds the bill: execution class, old versions, budget, time of runs.
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


run "the_bill_is_bounded" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built"
  }

  assert {
    condition     = alltrue([for job in module.job : job.execution_class == "FLEX"]) && module.curate_large.execution_class == "STANDARD"
    error_message = "The jobs of a run use spare capacity; a large file that somebody uploaded is checked at once."
  }

  assert {
    condition = alltrue([
      for name, prefix in { curated = "snapshots/", retail-copilot = "tables/" } :
      [for rule in aws_s3_bucket_lifecycle_configuration.this[name].rule : rule.noncurrent_version_expiration[0].noncurrent_days if rule.id == "forget-replaced-tables"] == [1]
    ])
    error_message = "Replaced snapshots and tables are deleted after a day: every run replaces them."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["raw"].rule : rule.id if rule.id == "forget-replaced-tables"] == []
    error_message = "Originals in raw keep their old versions."
  }

  assert {
    condition     = aws_budgets_budget.monthly["monthly"].limit_amount == "100" && toset(aws_budgets_budget.monthly["monthly"].notification[*].notification_type) == toset(["ACTUAL", "FORECASTED"])
    error_message = "A budget reports what was spent and what is forecast."
  }

  assert {
    condition     = local.run_share == 0.05
    error_message = "Runs take at most a twentieth of the time."
  }
}

run "large_workers_have_no_spare_capacity_and_a_budget_of_zero_is_none" {
  command = plan

  variables {
    platform           = "aws"
    build_dir          = "tests/fixtures/built"
    job_worker_type    = "G.4X"
    monthly_budget_usd = 0
  }

  assert {
    condition     = alltrue([for job in module.job : job.execution_class == "STANDARD"])
    error_message = "Glue has the class FLEX for G.1X and G.2X only."
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0
    error_message = "0 creates no budget."
  }
}

run "an_emulator_bills_nothing" {
  command = plan

  variables {
    platform  = "emulator"
    build_dir = "tests/fixtures/built"
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && alltrue([for job in module.job : job.execution_class == null])
    error_message = "An emulator has no budget and no execution classes."
  }
}
