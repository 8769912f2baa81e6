"""A tiny made-up study for tests: places, distances and prices are invented and describe no country.

         1435 mm            1520 mm        ferry          1520 mm
    east ======== yard ================ mid-port ~~~~ west-port ==== west ======== far ==== far-port
     |                                                                |  \\                    ~
     |                                                              south gap (planned)       ~
    east-port ~~~~~~~~~~~~~~~~~~~~ strait ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ \\  | ~~~~~~~~~~~~~~~~~~~~
                                                                       isle (cut off from west)

States: EST holds east; MID holds yard and mid-port; WST holds west-port, west and, cut off, isle; STH holds south;
HIL holds gap; FAR holds far and far-port. Roads run beside the railways, and isle is reached by road through south;
the railway through gap opens with gate gap-open and changes gauge there.
"""

from pathlib import Path

SETTINGS = """\
id: small
title: A small study
description: Made up for tests.
base_year: 2024
years: [2024, 2035]
currency: USD
price_year: 2024
record_date: 2026-07-02
scenarios:
  base-2024: {title: Gates at the end of 2024, gates_at: 2024-12-31}
  today: {title: Gates as documented, gates_at: record}
  gap-open: {title: The line through the gap, extends: today, open: [gap-open]}
  south-closed: {title: No transit through STH, extends: today, close_transit: [STH]}
  ferry-doubled: {title: Twice the ferries, extends: today, measures: [ferry-double]}
  south-weak: {title: South at a tenth, extends: today, degrade: {south-usable: 0.1}}
reference_scenario: today
gauge_breaks:
  - {id: gap-break, chain: [west, gap, isle], place: gap, alternatives: [isle], east_mm: 1520, west_mm: 1435,
     dwell_h: 24, cost_usd_feu: 150, source: [N2]}
model: {carbon_price_usd_t: 0, allow_reentry: false}
telling_pairs:
  - [west-zone, isle-zone, general]
  - [east-zone, far-zone, general]
corridors:
  - {id: middle, title: By the ferry, any: [ferry]}
  - {id: ocean, title: By the ocean, any: [ocean], between: {from: [east-zone], to: [west-side]}}
  - {id: gap, title: Through the gap, all: [gap]}
"""

TABLES = {
    "sources": """\
id,title,publisher,published,url,reliability,note
N1,Made-up yearbook,Nobody,2024-05,,,
N2,Made-up plan,Nobody,2025,,,
GK,General knowledge,,,,low,
""",
    "nodes": """\
id,name,country,territory,lat,lon,kind,unlocode,source,basis,note
east,East,EST,,41.0,60.0,city,,N1,observed,
east-port,East Port,EST,,38.0,62.0,port,,N1,observed,
yard,Yard,MID,,41.2,56.0,border,,N1,observed,
mid-port,Mid Port,MID,,41.6,52.8,port,,N1,observed,
west-port,West Port,WST,,40.4,50.0,port,,N1,observed,
west,West,WST,,40.6,47.6,city,,N1,observed,
gap,Gap,HIL,,39.4,46.5,junction,,N2,observed,
isle,Isle,WST,WST-IS,39.2,45.4,city,,N1,observed,
south,South,STH,,37.9,47.0,city,,N1,observed,
far,Far,FAR,,40.5,42.0,city,,N1,observed,
far-port,Far Port,FAR,,41.0,40.0,port,,N1,observed,
strait,Strait,FAR,,36.0,36.0,strait,,N1,observed,
""",
    "links": """\
id,from_node,to_node,mode,length_km,gauge_mm,status,opens_year,gates,speed_kmh,speed_wagon_kmh,duty_factor,capacity_mt_year,tracks,rate_box_usd_teu_km,rate_bulk_usd_t_km,rate_truck_usd_km,backhaul_factor,co2_g_t_km,time_cv,low_speed_kmh,high_speed_kmh,source,basis,note
east--yard-rail,east,yard,rail,400,1435,operating,,,45,20,,40,2,0.35,0.03,,0.6,25,0.2,,,N1,observed,
yard--mid-port-rail,yard,mid-port,rail,320,1520,operating,,,40,20,,30,2,0.35,0.03,,0.6,25,0.2,,,N1,observed,
west-port--west-rail,west-port,west,rail,240,1520,operating,,,40,20,,15,1,0.4,0.035,,0.6,25,0.2,,,N1,observed,
west--far-rail,west,far,rail,560,1520,operating,,,35,18,,6,1,0.4,0.035,,0.6,25,0.2,,,N1,observed,
far--far-port-rail,far,far-port,rail,210,1520,operating,,,35,18,,10,1,0.4,0.035,,0.6,25,0.2,,,N1,observed,
west--gap-rail,west,gap,rail,200,1520,planned,2028,gap-open,45,20,,15,1,0.4,0.035,,0.8,25,0.2,30,60,N2,assumption,
gap--isle-rail,gap,isle,rail,120,1435,planned,2028,gap-open,45,20,,15,1,0.4,0.035,,0.8,25,0.2,30,60,N2,assumption,
east--yard-road,east,yard,road,390,,operating,,,65,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,
yard--mid-port-road,yard,mid-port,road,310,,operating,,,65,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,
west-port--west-road,west-port,west,road,230,,operating,,,65,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,
west--far-road,west,far,road,550,,operating,,,60,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,
far--far-port-road,far,far-port,road,200,,operating,,,60,,0.5,,,,,1.2,0.7,80,0.2,,,N1,observed,
west--south-road,west,south,road,360,,operating,,south-usable,60,,0.5,,,,,1.1,0.8,80,0.2,,,N1,observed,
south--isle-road,south,isle,road,260,,operating,,south-usable,55,,0.5,,,,,1.1,0.8,80,0.2,,,N1,observed,
east--east-port-rail,east,east-port,rail,420,1435,operating,,,50,25,,60,2,0.35,0.03,,0.6,25,0.2,,,N1,observed,
east--east-port-road,east,east-port,road,410,,operating,,,65,,0.5,,,,,1.0,0.7,80,0.2,,,N1,observed,
mid-port--west-port-sea,mid-port,west-port,sea,290,,operating,,,,,,,,,,,,,,,,N1,observed,
east-port--strait-sea,east-port,strait,sea,6000,,operating,,,,,,,,,,,,,,,,N1,observed,
strait--far-port-sea,strait,far-port,sea,1500,,operating,,,,,,,,,,,,,,,,N1,observed,
""",
    "services": """\
id,name,links,carries,gauge_mm,sailings_week,wait_factor,speed_kmh,time_h,capacity_mt_year,capacity_teu_year,fare_box_usd_teu,fare_bulk_usd_t,fare_wagon_usd_t,fare_truck_usd_truck,rate_box_usd_teu_km,rate_bulk_usd_t_km,backhaul_factor,co2_g_t_km,call_h,gates,time_cv,source,basis,note
ferry,Ferry,mid-port--west-port-sea,wagon;truck,1520,7,1.5,,20,3,,,,14,900,,,0.7,40,,,0.5,N1,observed,
feeder,Feeder,mid-port--west-port-sea,box;bulk,,3,1,,22,2,60000,300,12,,,,,0.7,30,,,0.5,N1,observed,
ocean,Ocean line,east-port--strait-sea;strait--far-port-sea,box;bulk,,7,1,30,,500,20000000,,,,,0.09,0.004,0.4,8,12,,0.15,N1,observed,
""",
    "borders": """\
id,node,country_a,country_b,mode,direction,time_box_h,time_wagon_h,low_h,high_h,time_cv,fee_usd_feu,fee_usd_truck,gauge_change_inside,capacity_mt_year,capacity_trucks_day,year,source,basis,note
yard-rail,yard,EST,MID,rail,both,14,60,10,80,0.5,300,,no,20,,2023,N1,observed,
yard-road,yard,EST,MID,road,both,20,,6,50,0.5,,150,no,,500,2023,N1,observed,
far-rail,far,WST,FAR,rail,both,12,40,8,60,0.5,100,,no,10,,2023,GK,assumption,
far-road,far,WST,FAR,road,both,10,,4,30,0.5,,80,no,,800,2023,GK,assumption,
south-road-in,south,WST,STH,road,a_to_b,18,,6,40,0.5,,120,no,,300,2023,GK,assumption,
south-road-out,south,STH,WST,road,a_to_b,24,,6,60,0.5,,140,no,,300,2023,GK,assumption,
gap-rail,gap,WST,HIL,rail,both,8,24,4,40,0.5,80,,no,,,,GK,assumption,
""",
    "terminals": """\
id,node,kind,dwell_box_h,dwell_bulk_h,handling_box_usd_teu,handling_bulk_usd_t,capacity_mt_year,capacity_teu_year,inside_border,gauges,time_cv,low_dwell_h,high_dwell_h,gates,source,basis,note
yard-gauge,yard,gauge_change,12,30,60,3,20,,no,1435;1520,0.5,6,40,,N1,observed,
mid-port-quay,mid-port,seaport,40,60,80,5,10,150000,no,,0.6,20,120,,N1,observed,
west-port-quay,west-port,seaport,36,60,80,5,15,150000,no,,0.6,20,120,,N1,observed,
east-port-quay,east-port,seaport,48,60,90,5,300,20000000,no,,0.4,24,96,,N1,observed,
far-port-quay,far-port,seaport,48,60,100,6,40,900000,no,,0.4,24,96,,N1,observed,
west-yard,west,rail_road,24,24,70,4,,,no,,0.5,12,48,,GK,assumption,
far-yard,far,rail_road,24,24,70,4,,,no,,0.5,12,48,,GK,assumption,
""",
    "gates": """\
id,title,kind,requires,requires_any,state_today,met_on,source,basis,note
peace,The neighbours have signed,political,,,partial,,N2,official,
gap-built,The line through the gap is built,construction,peace,,not_met,,N2,official,
gap-open,The line through the gap is open,operational,gap-built;peace,,not_met,,N2,official,
south-usable,The south can be crossed,operational,,,met,2026-06-01,N1,official,
est-transit,Goods of EST may cross WST to FAR,legal,,,met,2025-10-21,N1,official,
""",
    "gate_history": """\
id,gate,from_date,to_date,share_usable,source,basis,note
south-usable-1,south-usable,1992-01-01,2026-03-01,1,N1,observed,
south-usable-2,south-usable,2026-03-01,2026-06-01,0.1,N1,assumption,0.05 to 0.3
south-usable-3,south-usable,2026-06-01,,0.5,N1,assumption,0.3 to 0.7
est-transit-1,est-transit,1992-01-01,2025-10-21,0,N1,official,
est-transit-2,est-transit,2025-10-21,,1,N1,official,
""",
    "gate_effects": """\
id,gate,table,row,column,value,factor,low,high,source,basis,note
gap-effect,gap-open,borders,far-rail,capacity_mt_year,,1.5,1.2,2,N2,forecast,
""",
    "rules": """\
id,gate,kind,state,pair_states,cost_usd_t,low,high,source,basis,note
south-ban,south-usable,bans_transit,STH,,,,,N1,official,
est-cost,est-transit,cost,WST,EST+FAR,12,5,25,GK,assumption,
""",
    "measures": """\
id,title,table,row,column,factor,value,years_from,low,high,source,basis,note
ferry-double,Twice the ferries,services,ferry,capacity_mt_year,2,,2028,1.5,2.5,N2,forecast,
""",
    "state_penalties": """\
id,state,class,cost_usd_t,low,high,from_date,source,basis,note
south-penalty,STH,,8,4,15,2022-03-01,GK,assumption,
""",
    "zones": """\
id,name,country,countries,lat,lon,gdp_busd,population_m,year,source,basis,note
east-zone,East,EST,EST,41.0,60.5,5000,300,2023,N1,observed,
west-zone,West,WST,WST,40.6,48.0,80,10,2023,N1,observed,
isle-zone,Isle,WST,WST,39.2,45.4,3,0.5,2023,N1,observed,
far-zone,Far,FAR,FAR,40.5,42.0,9000,200,2023,N1,observed,
""",
    "zone_groups": """\
id,name,zones,source,basis
west-side,West side,west-zone;isle-zone;far-zone,N1,derived
""",
    "connectors": """\
id,zone,node,mode,share,access_km,access_h,low_share,high_share,source,basis,note
east-rail,east-zone,east,rail,1,150,3,,,N1,observed,
east-road,east-zone,east,road,1,150,3,,,N1,observed,
east-sea,east-zone,east-port,sea,1,200,4,,,N1,observed,
west-rail,west-zone,west,rail,0.7,40,1,0.5,0.9,GK,assumption,
west-rail-port,west-zone,west-port,rail,0.3,40,1,0.1,0.5,GK,assumption,
west-road,west-zone,west,road,1,40,1,,,N1,observed,
isle-road,isle-zone,isle,road,1,20,0.5,,,N1,observed,
isle-rail,isle-zone,isle,rail,1,20,0.5,,,N1,observed,
far-rail,far-zone,far,rail,1,300,6,,,N1,observed,
far-road,far-zone,far,road,1,300,6,,,N1,observed,
far-sea,far-zone,far-port,sea,1,300,6,,,N1,observed,
""",
    "classes": """\
id,name,form,unit_value_usd_t,value_of_time_usd_t_h,tonnes_per_teu,truck_payload_t,permitted,route_scale_per_usd_t,mode_scale_per_usd_t,reliability_ratio,choke_usd_t,low_value_of_time_usd_t_h,high_value_of_time_usd_t_h,source,basis,note
general,General goods,box,3000,0.12,12,20,rail;road;sea;wagon_ferry;truck_ferry,0.06,0.02,0.8,300,0.03,0.4,GK,assumption,
grain,Grain,bulk,220,0.004,20,22,rail;road;sea;wagon_ferry;river,0.15,0.05,0.3,120,0.002,0.01,GK,assumption,
""",
    "commodities": """\
id,name,class,nst2007,hs_chapters,unit_value_usd_t,value_of_time_usd_t_h,containerisable,tonnes_per_teu,source,basis,note
C01,Cereals,grain,01,10,220,0.004,0.1,20,GK,derived,
C02,Machines,general,11;12,84;85,9000,0.2,0.9,10,GK,derived,
""",
    "vehicles": """\
id,mode,name,payload_t,teu,cost_usd_km,cost_usd_h,speed_kmh,co2_g_t_km,source,basis,note
V01,rail,Container train,600,124,30,,45,25,N1,observed,
""",
    "captive": """\
id,class,from_group,to_group,mode,share,low,high,source,basis,note
captive-1,general,east-zone,far-zone,sea,0.8,0.6,0.95,GK,assumption,
""",
    "class_mix": """\
id,from_group,to_group,class,share,low,high,source,basis,note
mix-1,west-zone,isle-zone,general,0.6,0.4,0.8,GK,assumption,
mix-2,west-zone,isle-zone,grain,0.4,0.2,0.6,GK,assumption,
mix-3,*,*,general,0.7,0.5,0.9,GK,assumption,
mix-4,*,*,grain,0.3,0.1,0.5,GK,assumption,
""",
    "growth": """\
id,from_group,to_group,class,rate_year,from_year,to_year,low,high,source,basis,note
growth-1,,,,0.02,2024,2035,0.01,0.03,GK,assumption,
""",
    "flows": """\
id,from,to,commodity,t_year,value_usd_year,teu_year,year,kind,use,source,basis,note
flow-1,west-zone,isle-zone,total,300000,,,2024,observed,pair,N1,observed,
flow-2,isle-zone,west-zone,total,120000,,,2024,observed,pair,N1,observed,
flow-3,east-zone,far-zone,general,9000000,,,2024,observed,pair,N1,observed,
flow-4,far-zone,east-zone,general,4000000,,,2024,observed,pair,N1,observed,
flow-5,east-zone,west-zone,general,400000,,,2024,observed,pair,N1,observed,
flow-6,east-zone,isle-zone,grain,50000,,,2024,observed,pair,N1,observed,
flow-7,west-zone,far-zone,grain,600000,,,2024,observed,pair,N1,observed,
flow-8,west-zone,east-zone,general,700000,,,2023,observed,two_way,N1,observed,
""",
    "value_densities": """\
id,from_group,to_group,class,value_usd_t,low,high,source,basis,note
density-1,*,*,total,1500,800,3000,GK,assumption,
""",
    "flow_rulings": """\
id,flow,ruling,factor,source,basis,note
ruling-1,flow-8,leave_out,,N1,official,the pair has rows of its own
""",
    "zone_shares": """\
id,class,group,partner,end,zone,share,low,high,source,basis,note
share-1,grain,west-side,east-zone,destination,west-zone,0.3,0.2,0.4,GK,assumption,
share-2,grain,west-side,east-zone,destination,isle-zone,0.1,0.05,0.2,GK,assumption,
share-3,grain,west-side,east-zone,destination,far-zone,0.6,0.4,0.7,GK,assumption,
""",
    "gravity_limits": """\
id,from_group,to_group,factor,most_t_year,low,high,source,basis,note
gravity-1,*,*,0.5,100000,0.25,1,GK,assumption,
""",
    "parameters": """\
id,group,name,value,low,high,unit,year,source,basis,note
M-running-cv,model,spread of running time,0.2,0.1,0.4,1,2024,GK,assumption,
M-border-cv,model,spread of border time,0.6,0.3,1,1,2024,GK,assumption,
M-border-service-scv,model,squared spread of service at a border,1,0.3,2,1,2024,GK,assumption,
M-utilisation-limit,model,utilisation from which the queue grows linearly,0.95,0.9,0.98,1,2024,GK,assumption,
M-rail-single-alpha,model,delay of a single track at capacity,0.6,0.3,1.2,1,2024,GK,assumption,
M-rail-single-beta,model,steepness of that delay,4,2,6,1,2024,GK,assumption,
M-rail-double-alpha,model,delay of a double track at capacity,0.3,0.1,0.6,1,2024,GK,assumption,
M-rail-double-beta,model,steepness of that delay,4,2,6,1,2024,GK,assumption,
M-truck-load-t,model,load of a truck,19,15,22,t/truck,2024,GK,assumption,
M-wagon-load-t,model,load of a wagon,60,40,68,t/wagon,2024,GK,assumption,
M-tonnes-per-teu,model,load of a container,12,8,18,t/TEU,2024,GK,assumption,
M-inland-terminal-dwell-h,model,time at an inland terminal,24,12,72,h,2024,GK,assumption,
M-access-co2-g-t-km,model,emission of access haulage,90,60,120,g/t-km,2024,GK,assumption,
M-road-access-rate-usd-truck-km,model,price of a truck on the way to the network,1.3,0.8,2,USD/truck-km,2024,GK,assumption,
M-rail-access-rate-usd-t-km,model,price of wagons on the way to the network,0.035,0.02,0.06,USD/t-km,2024,GK,assumption,
M-sea-access-rate-usd-t-km,model,price of haulage to a port,0.05,0.03,0.09,USD/t-km,2024,GK,assumption,
M-lift-usd,model,lift of a container at a terminal,60,30,120,USD/lift,2024,GK,assumption,
M-siding-loading-usd-t,model,loading a wagon at a siding,3,1,6,USD/t,2024,GK,assumption,
M-ship-load-t,model,load of a ship,3000,2000,6000,t/sailing,2024,GK,assumption,
M-ship-service-scv,model,squared spread of departures,0.5,0.1,1,1,2024,GK,assumption,
M-arrival-load-t,model,load that arrives together,1000000,1,1000000,t,2024,GK,assumption,
M-path-size-beta,model,path-size coefficient,1,0.5,1.5,1,2024,GK,assumption,
M-slot-price-slope-usd-t,model,price of a slot for each unit of utilisation above the start,200,50,800,USD/t,2024,GK,assumption,
M-slot-price-start,model,utilisation at which slots begin to cost,0.95,0.85,1,1,2024,GK,assumption,
""",
    "sea_rates": """\
id,service,year,factor,low,high,source,basis,note
ocean-2023,ocean,2023,0.6,0.4,0.8,N1,observed,
ocean-2024,ocean,2024,1,0.8,1.4,N1,observed,
""",
    "observations": """\
id,what,year,measure,value,unit,kind,months,source,basis,note
obs-1,middle,2024,tonnes,1100000,t/year,observed,12,N1,observed,
""",
    "corridors": """\
id,name,via,length_km,days_low,days_high,cost_usd_feu_low,cost_usd_feu_high,year,label,from_terminal,to_terminal,source,basis,note
east-far-2024,East to Far by the ferry,east;yard;mid-port;west-port;west;far,1810,8,12,2500,3500,2024,scheduled,no,no,N1,observed,
""",
}


def write_small_study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the small study into ``folder`` and give its path.

    Each change replaces text in one file: ``("links", "400,1435", "4,1435")``; ``study`` means study.yaml.
    """
    study = folder / "small"
    (study / "tables").mkdir(parents=True)
    files = {"study": SETTINGS, **TABLES}
    for name, old, new in changes:
        assert old in files[name], f"{old!r} is not in {name}"
        files[name] = files[name].replace(old, new, 1)
    for name, text in files.items():
        path = study / "study.yaml" if name == "study" else study / "tables" / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
    return study
