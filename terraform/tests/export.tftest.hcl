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

run "it_runs_in_the_databases_network_with_alarms_and_masks_where_that_is_stated" {
  command = plan

  variables {
    export_enabled        = true
    export_mask_at_source = true
    region                = "eu-central-1"
    database_network      = { subnet_id = "subnet-1", security_group_ids = ["sg-1", "sg-2"], availability_zone = "eu-central-1a" }

    endpoint_network = {
      vpc_id             = "vpc-1"
      subnet_ids         = ["subnet-1"]
      security_group_ids = ["sg-1"]
      route_table_ids    = ["rtb-1"]
    }
  }

  assert {
    condition     = module.export_schedule["export_mysql"].settings.state == "ENABLED"
    error_message = "It runs by its schedule once it is enabled."
  }

  assert {
    condition     = module.export_mysql["export_mysql"].connections == tolist([aws_glue_connection.database["export_mysql"].name])
    error_message = "The job runs in the database's subnet."
  }

  assert {
    condition     = one(aws_glue_connection.database["export_mysql"].physical_connection_requirements).subnet_id == "subnet-1" && aws_glue_connection.database["export_mysql"].connection_type == "NETWORK"
    error_message = "A connection of the kind NETWORK holds no login."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.enter_network["export_mysql"].statement :
      !contains(statement.resources, "*") || alltrue([for action in statement.actions : startswith(action, "ec2:Describe")])
    ])
    error_message = "Everything but looking is limited to its own subnet, groups and interfaces."
  }

  assert {
    condition     = toset([for key in keys(aws_cloudwatch_metric_alarm.this) : key if strcontains(key, "export")]) == toset(["export_failed", "export_timed_out", "export_aborted", "no_export"])
    error_message = "A run that ends otherwise, or does not come, raises an alarm."
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
    condition     = module.export_mysql["export_mysql"].name == "headgate-export_mysql" && local.wheel_arguments["export_mysql"]["--python-modules-installer-option"] == "--no-index"
    error_message = "The job installs nothing from the internet."
  }

  assert {
    condition     = jsondecode(module.export_schedule["export_mysql"].settings.input).mask_at_source && contains(data.aws_iam_policy_document.export_mysql["export_mysql"].statement[*].sid, "ReadMaskingKey")
    error_message = "Whoever masks needs the key."
  }
}

run "a_group_that_is_none_is_refused" {
  command = plan

  plan_options {
    target = [aws_glue_connection.database]
  }

  variables {
    database_network = { subnet_id = "subnet-1", security_group_ids = ["default"], availability_zone = "us-east-1a" }
  }

  expect_failures = [var.database_network]
}

run "each_database_has_a_login_a_job_and_a_schedule_of_its_own" {
  command = plan

  variables {
    export_enabled = true
    export_sources = {
      crm     = { schedule = "cron(30 1 * * ? *)", mask_at_source = true }
      archive = { enabled = false, network = { subnet_id = "subnet-2", security_group_ids = ["sg-9"], availability_zone = "us-east-1b" } }
    }
  }

  assert {
    condition     = { for key, secret in aws_secretsmanager_secret.mysql : key => secret.name } == { export_mysql = "headgate/mysql", export_mysql_crm = "headgate/mysql/crm", export_mysql_archive = "headgate/mysql/archive" }
    error_message = "The job finds a source's login by its name."
  }

  assert {
    condition = (
      { for key, schedule in module.export_schedule : key => schedule.settings.state } == { export_mysql = "ENABLED", export_mysql_crm = "ENABLED", export_mysql_archive = "DISABLED" }
      && module.export_schedule["export_mysql_crm"].settings.expression == "cron(30 1 * * ? *)"
      && jsondecode(module.export_schedule["export_mysql_crm"].settings.input).mask_at_source
      && !jsondecode(module.export_schedule["export_mysql"].settings.input).mask_at_source
    )
    error_message = "Each database has its own schedule and its own way of masking."
  }

  assert {
    condition     = !contains(data.aws_iam_policy_document.export_mysql["export_mysql"].statement[*].sid, "ReadMaskingKey")
    error_message = "A job that does not mask leaves the key to the gate."
  }

  assert {
    condition     = module.export_mysql["export_mysql_crm"].arguments["--source"] == "crm" && !contains(keys(module.export_mysql["export_mysql"].arguments), "--source")
    error_message = "Each job knows its source."
  }

  assert {
    condition     = module.export_mysql["export_mysql_crm"].arguments["--mask_at_source"] == "true" && !contains(keys(module.export_mysql["export_mysql"].arguments), "--mask_at_source")
    error_message = "A run that somebody starts masks as a scheduled one does."
  }

  assert {
    condition     = local.export_definitions["export_mysql_crm"].States["Start export_mysql_crm"].Arguments.JobName == "headgate-export_mysql_crm" && aws_sfn_state_machine.export_mysql["export_mysql_crm"].name == "headgate-export_mysql_crm"
    error_message = "Each machine starts its own job."
  }

  assert {
    condition     = length(module.export_mysql["export_mysql_archive"].connections) == 1 && aws_glue_connection.database["export_mysql_archive"].name == "headgate-database-archive" && length(module.export_mysql["export_mysql_crm"].connections) == 0
    error_message = "Each job runs in the network of its database."
  }

  assert {
    condition = toset([for key in keys(aws_cloudwatch_metric_alarm.this) : key if strcontains(key, "export")]) == toset([
      "export_failed", "export_timed_out", "export_aborted", "no_export",
      "export_crm_failed", "export_crm_timed_out", "export_crm_aborted", "no_export_of_crm",
      "export_archive_failed", "export_archive_timed_out", "export_archive_aborted",
    ])
    error_message = "The failure of one database raises an alarm of its own."
  }
}

# Several settings in one run, because a plan of the root takes seconds.
run "a_schedule_with_a_login_is_enabled_its_missing_success_is_an_alarm_and_long_names_fit" {
  command = plan

  variables {
    full_names     = true
    name           = "headgate"
    domain         = "abcdefghijklmnopqrst"
    environment    = "production"
    export_enabled = true
    export_sources = {
      a2345678901234567890123456789012 = {}
      hourly                           = { schedule = "rate(90 minutes)" }
      workdays                         = { schedule = "cron(0 1 ? * MON-FRI *)" }
      two_days                         = { schedule = "cron(0 1 ? * 1,WED *)" }
      weekly                           = { schedule = "cron(0 1 ? * SUN *)" }
      last_day                         = { schedule = "cron(0 1 ? * 6L *)" }
      monthly                          = { schedule = "cron(0 1 1 * ? *)" }
      ten_days                         = { schedule = "rate(10 days)" }
    }
    export_logins  = ["hourly", "workdays", "two_days", "weekly", "last_day", "monthly", "ten_days"]
    daily_schedule = "cron(0 3 ? * SAT-TUE *)"
  }

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.evaluation_periods if startswith(key, "no_") } == {
      no_check              = 24 * 4 + 6
      no_export_of_hourly   = 2 + 6
      no_export_of_workdays = 24 * 3 + 6
      no_export_of_two_days = 24 * 6 + 6
    }
    error_message = "A weekly export does not ring between its runs. CloudWatch looks back seven days at most, so rarer schedules have no such alarm. No success is expected of a schedule without a login."
  }

  assert {
    condition     = toset([for key, schedule in module.export_schedule : key if schedule.settings.state == "DISABLED"]) == toset(["export_mysql", "export_mysql_a2345678901234567890123456789012"]) && length(module.export_schedule) == 9
    error_message = "Without a login an export could only fail."
  }

  assert {
    condition     = alltrue([for name in values(local.export_names) : length(name) <= 64]) && length(distinct(values(local.export_names))) == 9
    error_message = "A schedule's name takes 64 characters."
  }
}
