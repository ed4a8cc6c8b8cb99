# The scheduled export: asleep until it is asked for, in the database's network where there is one, and allowed little.
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

run "it_sleeps_until_it_is_asked_for" {
  command = plan

  assert {
    condition     = module.export_schedule.settings.state == "DISABLED" && module.export_schedule.settings.expression == "cron(0 1 * * ? *)"
    error_message = "Without a login there is nothing to export."
  }

  assert {
    condition     = jsondecode(module.export_schedule.settings.input).scheduled_at == "<aws.scheduler.scheduled-time>" && strcontains(module.export_schedule.settings.input, "<aws.scheduler.scheduled-time>")
    error_message = "The scheduler finds the place where the time goes."
  }

  assert {
    condition     = length(aws_glue_connection.database) == 0 && length(data.aws_iam_policy_document.enter_network) == 0
    error_message = "Without a network there is no connection, and no right to enter one."
  }

  assert {
    condition     = local.export_definition.States["Judge export_mysql"].Choices[2].Next == "Alert" && local.export_definition.States["Alert"].Next == "Failed"
    error_message = "A failure is told, and fails the run."
  }

  assert {
    condition     = toset(keys(local.export_definition.States)) == toset(["Start export_mysql", "Wait for export_mysql", "Look at export_mysql", "Judge export_mysql", "Exported", "Alert", "Failed"])
    error_message = "Start, wait, look, judge."
  }
}

run "it_runs_in_the_databases_network" {
  command = plan

  variables {
    export_enabled   = true
    database_network = { subnet_id = "subnet-1", security_group_ids = ["sg-1", "sg-2"], availability_zone = "us-east-1a" }
  }

  assert {
    condition     = module.export_schedule.settings.state == "ENABLED"
    error_message = "It runs by its schedule once it is enabled."
  }

  assert {
    condition     = module.export_mysql.connections == tolist([aws_glue_connection.database["database"].name])
    error_message = "The job runs in the database's subnet."
  }

  assert {
    condition     = one(aws_glue_connection.database["database"].physical_connection_requirements).subnet_id == "subnet-1" && aws_glue_connection.database["database"].connection_type == "NETWORK"
    error_message = "A connection of the kind NETWORK holds no login."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.enter_network["database"].statement :
      !contains(statement.resources, "*") || alltrue([for action in statement.actions : startswith(action, "ec2:Describe")])
    ])
    error_message = "Everything but looking is held to its own subnet, groups and interfaces."
  }
}

run "it_masks_only_where_it_is_told_to" {
  command = plan

  variables {
    export_mask_at_source = true
  }

  assert {
    condition     = jsondecode(module.export_schedule.settings.input).mask_at_source && contains(data.aws_iam_policy_document.export_mysql.statement[*].sid, "ReadMaskingKey")
    error_message = "Whoever masks needs the key."
  }
}

run "its_alarms_ring_for_every_end_but_success" {
  command = plan

  variables {
    export_enabled = true
  }

  assert {
    condition     = toset([for key in keys(aws_cloudwatch_metric_alarm.this) : key if strcontains(key, "export")]) == toset(["export_failed", "export_timed_out", "export_aborted", "no_export_for_a_day"]) && !contains(data.aws_iam_policy_document.export_mysql.statement[*].sid, "ReadMaskingKey")
    error_message = "A run that ends otherwise, or does not come, is told; the key stays with the gate."
  }
}

run "a_group_that_is_none_is_refused" {
  command = plan

  variables {
    database_network = { subnet_id = "subnet-1", security_group_ids = ["default"], availability_zone = "us-east-1a" }
  }

  expect_failures = [var.database_network]
}

run "a_network_without_internet_gets_endpoints" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built"
    region    = "eu-central-1"

    endpoint_network = {
      vpc_id             = "vpc-1"
      subnet_ids         = ["subnet-1"]
      security_group_ids = ["sg-1"]
      route_table_ids    = ["rtb-1"]
    }
  }

  assert {
    condition     = aws_vpc_endpoint.s3["database"].service_name == "com.amazonaws.eu-central-1.s3" && aws_vpc_endpoint.s3["database"].vpc_endpoint_type == "Gateway"
    error_message = "S3 is reached by a gateway."
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["glue", "kms", "logs", "monitoring", "secretsmanager", "sts"]
    error_message = "The job reaches every service that it calls."
  }

  assert {
    condition     = module.export_mysql.name == "headgate-export_mysql" && local.wheel_arguments["export_mysql"]["--python-modules-installer-option"] == "--no-index"
    error_message = "The job installs nothing from the internet."
  }
}
