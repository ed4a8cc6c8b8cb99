# Where resources of a lake of release 0.1.0 are now.
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

# Decisions have one place for good, as quarantine has.
moved {
  from = aws_glue_catalog_table.quarantine
  to   = aws_glue_catalog_table.placed["curated.quarantine"]
}
