# Where resources of lakes that were deployed before now stand. Those of modules have theirs beside them.
moved {
  from = aws_iam_role.curated_to_prod
  to   = module.pipeline_machine_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.curated_to_prod
  to   = module.pipeline_machine_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.large_machine
  to   = module.large_machine_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.large_machine
  to   = module.large_machine_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.export_machine
  to   = module.export_machine_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.export_machine
  to   = module.export_machine_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.export_scheduler
  to   = module.export_schedule.module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.export_scheduler
  to   = module.export_schedule.module.role.aws_iam_role_policy.this
}

moved {
  from = aws_scheduler_schedule.export_mysql
  to   = module.export_schedule.aws_scheduler_schedule.this
}

moved {
  from = aws_iam_role.scheduler
  to   = module.daily_schedule.module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.scheduler
  to   = module.daily_schedule.module.role.aws_iam_role_policy.this
}

moved {
  from = aws_scheduler_schedule.daily
  to   = module.daily_schedule.aws_scheduler_schedule.this
}

# The deployment's own database became one of several.
moved {
  from = aws_secretsmanager_secret.mysql
  to   = aws_secretsmanager_secret.mysql["export_mysql"]
}

moved {
  from = module.export_mysql
  to   = module.export_mysql["export_mysql"]
}

moved {
  from = module.export_machine_role
  to   = module.export_machine_role["export_mysql"]
}

moved {
  from = aws_sfn_state_machine.export_mysql
  to   = aws_sfn_state_machine.export_mysql["export_mysql"]
}

moved {
  from = module.export_schedule
  to   = module.export_schedule["export_mysql"]
}

moved {
  from = aws_glue_connection.database["database"]
  to   = aws_glue_connection.database["export_mysql"]
}

# Analysts have a workgroup of their own beside the lake's.
moved {
  from = aws_athena_workgroup.this
  to   = aws_athena_workgroup.this["lake"]
}
